import JSON
import Kubernetes

extension WriteVerbs {
    /// Changes an object or its status.
    ///
    /// - Parameters:
    ///   - change: makes the wanted object from the one there is, both in their served form. Called again when somebody
    ///     else wrote first: a change that names a resourceVersion then fails by itself.
    /// - Returns: the object as stored; with the version it had if nothing changed.
    func update(
        _ key: ObjectKey,
        through subresource: Route.Subresource,
        _ request: WriteRequest,
        change: @Sendable (JSONValue) throws(Status) -> JSONValue
    ) async throws(Status) -> JSONValue {
        let kind = request.kind
        let place = id(kind, key)
        for _ in 0..<Self.attempts {
            guard let current = registry.read({ $0[place] }) else { throw .notFound(kind.type, key.name) }
            let old = kind.served(current.value)
            let new = try await decide(on: change(old), from: old, key, through: subresource, request)
            if new == old || request.isDryRun { return new }
            do throws(ObjectStore.WriteFailure) {
                return try commit(new, at: place, expecting: current.revision, kind)
            } catch {
                guard error == .conflict else { throw commitFailure(error, kind, key.name) }
            }
        }
        throw .conflict(kind.type, key.name)
    }

    /// Everything between reading and writing.
    private func decide(
        on change: JSONValue,
        from old: JSONValue,
        _ key: ObjectKey,
        through subresource: Route.Subresource,
        _ request: WriteRequest
    ) async throws(Status) -> JSONValue {
        let kind = request.kind
        let form = ObjectForm(kind: kind)
        let strategy = ObjectStrategy(kind: kind)
        let proposed = try placed(form.normalized(change), in: key.namespace, kind: kind)
        try checkIdentity(ObjectMeta(proposed), against: ObjectMeta(old), key, kind)

        let wanted = strategy.updated(proposed, from: old, through: subresource)
        var attributes = AdmissionAttributes(
            operation: .update,
            kind: kind,
            subresource: subresource,
            name: key.name,
            namespace: key.namespace,
            object: wanted,
            oldObject: old,
            options: request.options("UpdateOptions"),
            isDryRun: request.isDryRun,
            user: request.user
        )
        let mutated = try await admission.mutate(attributes, warnings: request.warnings)
        let new = strategy.updated(try form.normalized(mutated), from: old, through: subresource)
        try strategy.validate(new, old: old)
        attributes.object = new
        try await admission.validate(attributes, warnings: request.warnings)
        return new
    }

    private func commit(
        _ new: JSONValue,
        at place: ObjectID,
        expecting revision: UInt64,
        _ kind: ServedKind
    ) throws(ObjectStore.WriteFailure) -> JSONValue {
        let stored = kind.stored(new)
        let isGone = ObjectMeta(new).deletionTimestamp != nil && !ObjectStrategy.isHeld(new, kind: kind)
        return try registry.write { store throws(ObjectStore.WriteFailure) in
            let object =
                isGone
                ? try store.remove(at: place, expecting: revision, last: stored)
                : try store.replace(at: place, expecting: revision, with: stored)
            return kind.served(object.value)
        }
    }

    /// Whether the client means this very object, in this very version if it names one.
    private func checkIdentity(
        _ new: ObjectMeta,
        against old: ObjectMeta,
        _ key: ObjectKey,
        _ kind: ServedKind
    ) throws(Status) {
        guard new.name.isEmpty || new.name == key.name else {
            throw .badRequest(
                "the name of the object (\(new.name)) does not match the name on the URL (\(key.name))"
            )
        }
        guard new.uid.isEmpty || new.uid == old.uid else {
            throw .uidMismatch(
                kind.type,
                NamespacedName(namespace: key.namespace, name: key.name),
                wanted: new.uid,
                found: old.uid
            )
        }
        switch new.resourceVersion {
        case old.resourceVersion: return
        case "", "0":
            guard !kind.traits.allowsUnconditionalUpdate else { return }
            throw .resourceVersionRequired(kind.type, key.name)
        default: throw .conflict(kind.type, key.name)
        }
    }
}
