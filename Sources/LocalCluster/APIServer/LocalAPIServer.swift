import HTTP
import JSON
import Kubernetes
import Logging

/// The part of the Kubernetes API that a local run needs, with everything in memory.
///
/// It behaves as kube-apiserver does towards clients and webhooks, down to the words of its errors, so that what works
/// here works on a cluster: storage with optimistic concurrency, watches, admission, garbage collection. It has no
/// schemas, no server-side apply and one user, who may do everything.
///
/// It is a handler: an `HTTPServer` on loopback serves it. That server should accept bodies of 3 MiB and a little, so
/// that the refusal of larger ones comes from here.
public final class LocalAPIServer: HTTPHandler {
    let kinds: KindTable
    let authentication: Authentication
    let registry: ObjectRegistry
    let reads: ReadVerbs
    let writes: WriteVerbs
    let discovery: DiscoveryDocuments
    let clock: APIServerClock
    let logger: Logger
    private let collector: Task<Void, Never>

    /// Makes a server that holds nothing but the namespaces `default` and `kube-system`, and begins to collect garbage.
    ///
    /// - Parameters:
    ///   - kinds: what is served.
    ///   - token: what clients must send as `Authorization: Bearer …`; if empty, nobody is let in.
    ///   - webhooks: calls the webhooks of configurations created through this API.
    ///   - clock: a test brings its own.
    ///   - logger: where what went wrong in the background is told.
    public convenience init(
        kinds: [ServedKind] = ServedKind.standard,
        token: String,
        webhooks: any WebhookCaller,
        clock: APIServerClock = .system,
        logger: Logger
    ) {
        self.init(
            kinds: kinds,
            token: token,
            webhooks: webhooks,
            clock: clock,
            logger: logger,
            identifiers: .system,
            history: ChangeHistory.Bounds()
        )
    }

    init(
        kinds: [ServedKind],
        token: String,
        webhooks: any WebhookCaller,
        clock: APIServerClock,
        logger: Logger,
        identifiers: Identifiers,
        history: ChangeHistory.Bounds
    ) {
        let table = KindTable(kinds)
        let registry = ObjectRegistry(bounds: history)
        let admission = AdmissionChain(registry: registry, caller: webhooks, identifiers: identifiers, clock: clock)
        let writes = WriteVerbs(
            registry: registry,
            kinds: table,
            admission: admission,
            identifiers: identifiers,
            clock: clock
        )
        let collector = GarbageCollector(registry: registry, kinds: table, verbs: writes, logger: logger)
        self.kinds = table
        self.registry = registry
        self.writes = writes
        self.clock = clock
        self.logger = logger
        authentication = Authentication(token: token)
        reads = ReadVerbs(registry: registry)
        discovery = DiscoveryDocuments(kinds: table)
        for name in WriteVerbs.permanentNamespaces.sorted() {
            let namespace = ObjectStrategy(kind: .namespaces).created(
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]],
                at: clock.date(),
                identifiers: identifiers
            )
            registry.write { _ = try? $0.insert(namespace, at: OwnershipIndex.namespace(name)) }
        }
        self.collector = Task { await collector.run() }
    }

    deinit {
        registry.stop()
    }

    /// Ends every watch and the work in the background. Other requests are still answered.
    public func stop() async {
        registry.stop()
        await collector.value
    }

    /// Answers what needs no waiting at once, and writes, which may have to ask webhooks, later.
    public func respond(to request: HTTPRequest) -> HTTPReply {
        do throws(Status) {
            return try answer(request)
        } catch {
            return .now(ResponseWriter.refusal(error))
        }
    }

    private func answer(_ request: HTTPRequest) throws(Status) -> HTTPReply {
        let identity = try authentication.identify(request.headers)
        let route = try Route(path: request.path, kinds: kinds)
        let parameters = RequestParameters(request)
        let user: RequestUser
        switch (identity, route) {
        case (.user(let known), _): user = known
        case (.anonymous, .health), (.anonymous, .version): return try answerPlainly(route, request)
        case (.anonymous, _):
            throw .anonymous(route, path: request.path, verb: Self.verb(request.method, route, parameters))
        }
        switch route {
        case .health, .version, .discovery, .unknown: return try answerPlainly(route, request)
        case .collection(let kind, let namespace):
            return try answer(request, parameters, user, collectionOf: kind, in: namespace)
        case .object(let kind, let key, let subresource):
            return try answer(request, parameters, user, kind, key, subresource)
        }
    }

    /// What needs no objects.
    private func answerPlainly(_ route: Route, _ request: HTTPRequest) throws(Status) -> HTTPReply {
        if case .unknown = route { return .now(ResponseWriter.pageNotFound) }
        guard request.method == "GET" else { return .now(ResponseWriter.methodNotAllowed) }
        switch route {
        case .health: return .now(.text("ok"))
        case .version: return .now(ResponseWriter.json(DiscoveryDocuments.version))
        case .discovery(let what):
            let form = try ContentNegotiation.form(for: request.headers, offered: [.aggregatedDiscovery])
            guard let document = discovery.document(what, form: form) else {
                return .now(ResponseWriter.pageNotFound)
            }
            var response = ResponseWriter.json(document)
            if form == .aggregatedDiscovery, document["kind"]?.stringValue == "APIGroupDiscoveryList" {
                response.headers["Content-Type"] =
                    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            }
            return .now(response)
        case .collection, .object, .unknown: return .now(ResponseWriter.pageNotFound)
        }
    }

    /// The verb of RBAC that a request is.
    private static func verb(_ method: String, _ route: Route, _ parameters: RequestParameters) -> String {
        let isCollection = if case .collection = route { true } else { false }
        let isResource = if case .object = route { true } else { isCollection }
        switch method {
        case "GET" where isResource && parameters.flag("watch"): return "watch"
        case "GET": return isCollection ? "list" : "get"
        case "POST" where isResource: return "create"
        case "PUT" where isResource: return "update"
        case "DELETE" where isCollection: return "deletecollection"
        default: return method.lowercased()
        }
    }
}
