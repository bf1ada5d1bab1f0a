import JSON
import Kubernetes
import Logging

/// Deletes what nobody owns any more, finishes deletions that wait for dependents, and empties namespaces.
///
/// It looks only at objects that a write has made candidates, and works through the same verbs as any client, webhooks
/// included: so it takes part in no lock, and a webhook that objects is heard.
struct GarbageCollector: Sendable {
    /// The delay before a failed attempt is repeated; it doubles with each failure.
    private static let firstDelay: Duration = .milliseconds(10)
    private static let longestDelay: Duration = .seconds(60)

    let registry: ObjectRegistry
    let kinds: KindTable
    let verbs: WriteVerbs
    let logger: Logger

    /// Works until the registry is stopped.
    func run() async {
        await withDiscardingTaskGroup { group in
            var failures: [ObjectID: Int] = [:]
            for await _ in registry.garbage.wakes {
                while true {
                    let candidates = registry.write { $0.takeGarbageCandidates() }
                    if candidates.isEmpty { break }
                    for id in candidates {
                        do throws(Status) {
                            try await examine(id)
                            failures[id] = nil
                        } catch {
                            let count = failures[id, default: 0]
                            failures[id] = count + 1
                            let delay = min(Self.firstDelay * (1 << min(count, 16)), Self.longestDelay)
                            logger.warning(
                                "could not collect an object, will try again",
                                metadata: [
                                    "resource": "\(id.collection.plural)", "namespace": "\(id.key.namespace)",
                                    "name": "\(id.key.name)", "error": "\(error.message)", "delay": "\(delay)",
                                ]
                            )
                            group.addTask {
                                do { try await verbs.clock.sleep(delay) } catch { return }
                                registry.write { $0.addGarbageCandidates([id]) }
                            }
                        }
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Brings one object a step further. What follows from that step makes new candidates.
    private func examine(_ id: ObjectID) async throws(Status) {
        guard let kind = kinds.kind(of: id.collection) else { return }
        switch registry.read({ CollectorVerdict(on: id, in: $0, kinds: kinds) }) {
        case .keep: return
        case .delete(let uid, let revision, let propagation):
            let deletion = DeletionRequest(uid: uid, resourceVersion: String(revision), propagation: propagation)
            try await ignoringAbsence { () throws(Status) in
                _ = try await verbs.delete(id.key, deletion, WriteRequest(kind: kind, user: .garbageCollector))
            }
        case .release(let finalizer):
            try await ignoringAbsence { () throws(Status) in
                try await removeFinalizer(finalizer, from: id.key, kind)
            }
        case .setFree(let dependents, let uid):
            for dependent in dependents {
                try await ignoringAbsence { () throws(Status) in
                    try await removeOwner(uid, from: dependent)
                }
            }
            registry.write { $0.addGarbageCandidates([id]) }
        case .empty(let contents):
            try await empty(contents)
            try await finishNamespace(id, kind)
        }
    }

    private func removeFinalizer(_ finalizer: String, from key: ObjectKey, _ kind: ServedKind) async throws(Status) {
        let request = WriteRequest(kind: kind, user: .garbageCollector)
        _ = try await verbs.update(key, through: .none, request) { object throws(Status) in
            var object = object
            var metadata = object["metadata"] ?? .object([:])
            let rest = (metadata["finalizers"]?.arrayValue ?? []).filter { $0.stringValue != finalizer }
            metadata["finalizers"] = .array(rest)
            object["metadata"] = metadata
            return object
        }
    }

    private func removeOwner(_ uid: String, from id: ObjectID) async throws(Status) {
        guard let kind = kinds.kind(of: id.collection) else { return }
        let request = WriteRequest(kind: kind, user: .garbageCollector)
        _ = try await verbs.update(id.key, through: .none, request) { object throws(Status) in
            var object = object
            var metadata = object["metadata"] ?? .object([:])
            let rest = (metadata["ownerReferences"]?.arrayValue ?? []).filter { $0["uid"]?.stringValue != uid }
            metadata["ownerReferences"] = .array(rest)
            object["metadata"] = metadata
            return object
        }
    }

    private func empty(_ contents: [ObjectID]) async throws(Status) {
        for id in contents {
            guard let kind = kinds.kind(of: id.collection) else { continue }
            try await ignoringAbsence { () throws(Status) in
                _ = try await verbs.delete(
                    id.key,
                    DeletionRequest(propagation: .background),
                    WriteRequest(kind: kind, user: .namespaceController)
                )
            }
        }
    }

    /// Takes the last hold off a namespace that is empty; otherwise whatever leaves it last makes it a candidate again.
    private func finishNamespace(_ id: ObjectID, _ kind: ServedKind) async throws(Status) {
        registry.write { store in
            guard let object = store[id], object.metadata.deletionTimestamp != nil,
                object.metadata.finalizers.isEmpty, store.contents(ofNamespace: id.key.name).isEmpty
            else { return }
            // The object was read under the same lock, so it cannot have changed.
            _ = try? store.remove(at: id, expecting: object.revision)
        }
    }

    private func ignoringAbsence(_ body: () async throws(Status) -> Void) async throws(Status) {
        do throws(Status) {
            try await body()
        } catch {
            guard error.code == 404 else { throw error }
        }
    }
}
