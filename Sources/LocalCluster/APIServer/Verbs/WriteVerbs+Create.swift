import JSON
import Kubernetes

extension WriteVerbs {
    /// Creates an object.
    ///
    /// - Parameters:
    ///   - body: normalized.
    ///   - namespace: of the path; empty for cluster-scoped kinds.
    /// - Returns: the object as stored, in its served form.
    func create(_ body: JSONValue, namespace: String, _ request: WriteRequest) async throws(Status) -> JSONValue {
        let kind = request.kind
        let form = ObjectForm(kind: kind)
        let strategy = ObjectStrategy(kind: kind)
        var object = try placed(body, in: namespace, kind: kind)
        let given = ObjectMeta(object)
        try checkNamespace(namespace, of: kind, name: given.name)
        guard given.resourceVersion.isEmpty || given.resourceVersion == "0" else {
            throw .unnamed("resourceVersion should not be set on objects to be created")
        }
        if let rules = kind.traits.rules { object = rules.defaulted(object) }

        var attributes = AdmissionAttributes(
            operation: .create,
            kind: kind,
            name: given.name,
            namespace: namespace,
            object: object,
            options: request.options("CreateOptions"),
            isDryRun: request.isDryRun,
            user: request.user
        )
        let mutated = try await admission.mutate(attributes, warnings: request.warnings)
        object = try placed(form.normalized(mutated), in: namespace, kind: kind)
        let isGenerated = ObjectMeta(object).name.isEmpty

        var attempt = 1
        while true {
            let prepared = strategy.created(object, at: clock.date(), identifiers: identifiers)
            try strategy.validate(prepared, old: nil)
            let name = ObjectMeta(prepared).name
            attributes.name = name
            attributes.object = prepared
            try await admission.validate(attributes, warnings: request.warnings)
            do throws(Status) {
                return try commit(prepared, name: name, namespace: namespace, request)
            } catch {
                guard isGenerated, error.reason == "AlreadyExists", attempt < Self.nameAttempts else { throw error }
                attempt += 1
            }
        }
    }

    private func commit(
        _ object: JSONValue,
        name: String,
        namespace: String,
        _ request: WriteRequest
    ) throws(Status) -> JSONValue {
        let kind = request.kind
        let place = id(kind, ObjectKey(namespace: namespace, name: name))
        return try registry.write { store throws(Status) in
            try Self.checkNamespace(namespace, of: kind, name: name, in: store)
            if request.isDryRun {
                guard store[place] == nil else { throw .alreadyExists(kind.type, name) }
                return object
            }
            do throws(ObjectStore.WriteFailure) {
                return kind.served(try store.insert(kind.stored(object), at: place).value)
            } catch {
                throw commitFailure(error, kind, name)
            }
        }
    }

    /// The object in the namespace of the path.
    func placed(_ object: JSONValue, in namespace: String, kind: ServedKind) throws(Status) -> JSONValue {
        let given = object["metadata"]?["namespace"]?.stringValue ?? ""
        var object = object
        var metadata = object["metadata"] ?? .object([:])
        if kind.type.isNamespaced {
            guard given.isEmpty || given == namespace else {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request"
                )
            }
            metadata["namespace"] = .string(namespace)
        } else {
            metadata["namespace"] = nil
        }
        object["metadata"] = metadata
        return object
    }
}
