import JSON
import Kubernetes

/// What the server decides about an object, whatever the client wrote.
struct ObjectStrategy: Sendable {
    let kind: ServedKind

    /// Whether something has to happen before a deleted object may go.
    static func isHeld(_ object: JSONValue, kind: ServedKind) -> Bool {
        if !ObjectMeta(object).finalizers.isEmpty { return true }
        guard kind.collection == .namespaces else { return false }
        return object["spec"]?["finalizers"]?.arrayValue?.isEmpty == false
    }

    // MARK: Creating

    /// The object as it will be stored.
    ///
    /// - Parameter object: normalized, after the mutating webhooks.
    func created(_ object: JSONValue, at now: Timestamp, identifiers: Identifiers) -> JSONValue {
        var object = object
        var metadata = object["metadata"]?.objectValue ?? JSONObject()
        for server in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            metadata[server] = nil
        }
        if (metadata["name"]?.stringValue ?? "").isEmpty, let prefix = metadata["generateName"]?.stringValue {
            metadata["name"] = .string(identifiers.name(prefix: prefix))
        }
        metadata["uid"] = .string(identifiers.uid())
        metadata["creationTimestamp"] = .string(now.description)
        if kind.traits.countsGenerations { metadata["generation"] = 1 }
        object["metadata"] = .object(ordered(metadata))
        if kind.hasStatus { object["status"] = nil }
        if kind.collection == .namespaces {
            object["spec"] = ["finalizers": ["kubernetes"]]
            object["status"] = ["phase": "Active"]
        }
        return kind.traits.rules?.defaulted(object) ?? object
    }

    // MARK: Updating

    /// The object as it will be stored in place of `old`.
    ///
    /// Through the status subresource only the status changes; through the object itself everything else does. What
    /// the server alone decides stays as it is.
    func updated(_ new: JSONValue, from old: JSONValue, through subresource: Route.Subresource) -> JSONValue {
        if subresource == .status {
            var result = old
            result["status"] = new["status"]
            return result
        }
        var result = new
        if kind.hasStatus { result["status"] = old["status"] }
        if kind.collection == .namespaces { result["spec"] = old["spec"] }
        var metadata = new["metadata"]?.objectValue ?? JSONObject()
        let before = old["metadata"]?.objectValue ?? JSONObject()
        for server in [
            "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generateName", "deletionTimestamp",
            "deletionGracePeriodSeconds", "generation",
        ] { metadata[server] = before[server] }
        result["metadata"] = .object(ordered(metadata))
        if let rules = kind.traits.rules { result = rules.defaulted(result) }
        if kind.traits.countsGenerations, contents(of: result) != contents(of: old) {
            metadata["generation"] = Self.next(before["generation"])
            result["metadata"] = .object(ordered(metadata))
        }
        return result
    }

    // MARK: Deleting

    /// The object on its way out, held by what still has to happen.
    func deleting(_ old: JSONValue, finalizers: [String], at now: Timestamp) -> JSONValue {
        var object = old
        var metadata = old["metadata"]?.objectValue ?? JSONObject()
        metadata["finalizers"] = finalizers.isEmpty ? nil : .array(finalizers.map { .string($0) })
        if metadata["deletionTimestamp"] == nil {
            metadata["deletionTimestamp"] = .string(now.description)
            metadata["deletionGracePeriodSeconds"] = 0
            if kind.traits.countsGenerations { metadata["generation"] = Self.next(metadata["generation"]) }
        }
        object["metadata"] = .object(ordered(metadata))
        if kind.collection == .namespaces { object["status"] = ["phase": "Terminating"] }
        return object
    }

    // MARK: Validating

    /// - Parameter old: the object before an update, `nil` when it is created.
    func validate(_ object: JSONValue, old: JSONValue?) throws(Status) {
        let metadata = ObjectMeta(object)
        var problems = MetadataRules.problems(object, kind: kind)
        if let old { problems += MetadataRules.updateProblems(metadata, from: ObjectMeta(old)) }
        problems += kind.traits.rules?.problems(object, old: old) ?? []
        guard problems.isEmpty else { throw .invalid(kind, name: metadata.name, problems) }
        try ObjectSize.check(object)
    }

    // MARK: Helpers

    /// Everything whose change makes a new generation.
    private func contents(of object: JSONValue) -> JSONValue {
        var object = object
        object["metadata"] = nil
        if kind.hasStatus { object["status"] = nil }
        return object
    }

    private static func next(_ generation: JSONValue?) -> JSONValue {
        let (next, overflow) = (generation?.int64Value ?? 0).addingReportingOverflow(1)
        return .number(JSONNumber(overflow ? Int64.max : next))
    }

    /// The members in the order in which Kubernetes sends them.
    private func ordered(_ metadata: JSONObject) -> JSONObject {
        var ordered = JSONObject()
        for (name, _) in ObjectMetadata.members {
            if let value = metadata[name] { ordered[name] = value }
        }
        return ordered
    }
}
