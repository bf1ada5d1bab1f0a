import JSON
import Kubernetes
import Logging
import Transport

/// Whom the webhook configurations tell API servers to trust, as last read from one.
///
/// While the API server is away, what it said last stays: caches keep their state.
final class WebhookTrust: Sendable {
    /// A configuration to look at.
    struct Subject: Sendable {
        var type: ResourceType
        var name: String
        /// The path of the webhook in it that is ours.
        var path: String
    }

    private let caches: [(subject: Subject, cache: WatchCache<WebhookConfigurationView>)]

    /// - Parameters:
    ///   - api: Where the configurations are.
    ///   - subjects: The configurations.
    init(api: any KubernetesAPI, subjects: [Subject], logger: Logger) {
        caches = subjects.map { subject in
            let cache = WatchCache<WebhookConfigurationView>(
                api: api,
                type: subject.type,
                fieldSelector: "metadata.name=\(subject.name)",
                logger: logger
            ) { WebhookConfigurationView($0) }
            return (subject, cache)
        }
    }

    /// Follows the configurations until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for (_, cache) in caches { group.addTask { await cache.run() } }
        }
    }

    /// What would keep an API server from calling our webhooks; `nil` when nothing would.
    ///
    /// - Parameters:
    ///   - chain: The certificates that are served, our own first.
    ///   - time: In seconds since 1970.
    func problem(serving chain: [Certificate], at time: Int64) -> String? {
        for (subject, cache) in caches {
            if let problem = Self.problem(with: subject, in: cache, serving: chain, at: time) {
                return "\(subject.type.kind) \(subject.name) \(problem)"
            }
        }
        return nil
    }

    private static func problem(
        with subject: Subject,
        in cache: WatchCache<WebhookConfigurationView>,
        serving chain: [Certificate],
        at time: Int64
    ) -> String? {
        guard cache.isSynced else {
            return "was not read yet; if this lasts the log tells why, usually permission to get, list and watch "
                + subject.type.qualifiedPlural
        }
        guard let configuration = cache.get(NamespacedName(namespace: "", name: subject.name)) else {
            return "does not exist; apply webhooks/ of the installation"
        }
        let ours = configuration.clients.filter { $0.path == subject.path }
        guard !ours.isEmpty else {
            return "has no webhook that calls \(subject.path); apply webhooks/ of the installation"
        }
        for client in ours {
            if let problem = client.problem(serving: chain, at: time) { return problem }
        }
        return nil
    }
}

/// The part of a webhook configuration that says whom to call, and how to know it.
struct WebhookConfigurationView: Sendable {
    struct Client: Sendable {
        /// The name the server has to prove; empty when the configuration has none.
        var host: String
        /// The path that is called.
        var path: String
        /// The authorities trusted; `nil` when there are none yet.
        var authorities: Result<[Certificate], TLSError>?
    }

    var clients: [Client]

    /// Reads a configuration leniently: what is missing is a problem that is told, not one of reading.
    init(_ object: JSONValue) {
        clients = (object["webhooks"]?.arrayValue ?? []).map { Client($0["clientConfig"] ?? .null) }
    }
}

extension WebhookConfigurationView.Client {
    init(_ config: JSONValue) {
        if let service = config["service"], service.objectValue != nil {
            host = "\(service["name"]?.stringValue ?? "").\(service["namespace"]?.stringValue ?? "").svc"
            path = service["path"]?.stringValue ?? "/"
        } else {
            let rest = config["url"]?.stringValue?.split(separator: "://", maxSplits: 1).last ?? ""
            let authority = rest.prefix { $0 != "/" }
            host = String(
                authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
            )
            path = String(rest.dropFirst(authority.count).prefix { $0 != "?" && $0 != "#" })
        }
        guard let text = config["caBundle"]?.stringValue, !text.isEmpty else { return }
        authorities = Result { () throws(TLSError) in
            guard let pem = Base64.decode(text) else {
                throw TLSError(operation: "read the caBundle", reasons: ["it is not base64"])
            }
            return try Certificate.all(inPEM: pem)
        }
    }

    /// Why the API server would not accept who serves `chain`; `nil` when it would.
    fileprivate func problem(serving chain: [Certificate], at time: Int64) -> String? {
        switch authorities {
        case nil: return "has no caBundle yet; the cert-generator writes it"
        case .failure(let error): return "has a broken caBundle (\(error)); run the cert-generator again"
        case .success(let roots):
            do throws(TLSError) {
                try Certificate.verify(chain: chain, against: roots, for: host, at: time)
                return nil
            } catch {
                return "has a caBundle that does not fit the served certificate (\(error)); run the cert-generator "
                    + "again, and see that --cert-dir is where its Secret is mounted"
            }
        }
    }
}
