import JSON
import Kubernetes

/// Delivers objects of one type as they are, then as they change.
///
/// Level-based: after an interruption the objects are listed again, so a state may come twice and one in between may
/// be missing, but the last one always arrives.
struct ObjectFeed: Sendable {
    let api: any KubernetesAPI
    let type: ResourceType
    let namespace: String

    /// How often listing may fail in a row. The server is in this process: if it does not answer, it will not.
    static let patience = 20

    /// Delivers until the task is cancelled.
    ///
    /// - Throws: `APIError` when the API server does not answer any more.
    func run(_ deliver: @Sendable (JSONValue) -> Void) async throws(APIError) {
        var failures = 0
        while !Task.isCancelled {
            do {
                let list = try await api.list(type, namespace: namespace)
                failures = 0
                for item in list.items { deliver(item) }
                let options = WatchOptions(resourceVersion: list.resourceVersion)
                let events = try await api.watch(type, namespace: namespace, options: options)
                following: for try await event in events {
                    switch event {
                    case .added(let object), .modified(let object): deliver(object)
                    case .deleted, .bookmark: continue
                    case .error: break following
                    }
                }
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                if failures >= Self.patience { throw error }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
