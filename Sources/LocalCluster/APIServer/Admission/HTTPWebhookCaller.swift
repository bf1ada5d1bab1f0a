import HTTP
import Synchronization
import Transport

/// Calls webhooks over TLS, with one client for each address and trust, whose connections stay open between calls.
public final class HTTPWebhookCaller: WebhookCaller {
    /// A Service that a webhook configuration names.
    public struct Service: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its namespace.
        public var namespace: String
        /// The port asked for.
        public var port: UInt16

        /// Names a Service.
        public init(name: String, namespace: String, port: UInt16) {
            self.name = name
            self.namespace = namespace
            self.port = port
        }
    }

    /// Where something listens.
    public struct Endpoint: Sendable, Hashable {
        /// A host name or numeric address.
        public var host: String
        /// The port.
        public var port: UInt16

        /// Names a place.
        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }
    }

    /// Clients kept at most; the one made first goes when there are more. Changing a configuration's CA makes a new one.
    private static let maximumClients = 16
    /// Kubernetes gives up idle connections after this long, and so do we.
    private static let idle: Duration = .seconds(90)

    private struct ClientKey: Hashable {
        /// The name the certificate must be for.
        let serverName: String
        let endpoint: Endpoint
        let caBundle: [UInt8]
    }

    private struct State {
        var clients: [(key: ClientKey, client: HTTPClient)] = []
        var isShutDown = false
    }

    private let loop: EventLoop
    private let resolve: @Sendable (Service) -> Endpoint?
    private let state = Mutex(State())

    /// Makes a caller; it connects with the first call.
    ///
    /// - Parameter resolve: where a Service can be reached; `nil` if there is no such Service. Its certificate must be for
    ///   the Service's DNS name all the same.
    /// - Throws: `SyscallError` when no thread can be had.
    public init(resolve: @escaping @Sendable (Service) -> Endpoint? = { _ in nil }) throws {
        loop = try EventLoop(name: "webhook-calls")
        self.resolve = resolve
    }

    deinit {
        loop.stop()
    }

    /// Closes every connection; calls at hand and later ones fail.
    public func shutdown() async {
        let clients = state.withLock { state in
            state.isShutDown = true
            defer { state.clients = [] }
            return state.clients.map(\.client)
        }
        for client in clients { await client.shutdown() }
        loop.stop()
        await loop.ended()
    }

    /// Posts a review as kube-apiserver does.
    public func call(url: String, caBundle: [UInt8], body: [UInt8], timeout: Duration) async throws -> HTTPResponse {
        guard let address = WebhookAddress(url: url) else { throw WebhookCallFailure("the URL is not valid") }
        let client = try client(for: address, caBundle: caBundle)
        let authority = address.host.utf8.contains(UInt8(ascii: ":")) ? "[\(address.host)]" : address.host
        let request = HTTPRequest(
            method: "POST",
            target: address.target,
            headers: [
                "Host": "\(authority):\(address.port)", "User-Agent": "kube-apiserver-admission",
                "Accept": "application/json, */*", "Content-Type": "application/json", "Accept-Encoding": "gzip",
            ],
            body: body
        )
        do {
            return try await client.send(request, timeout: timeout)
        } catch HTTPClientError.timedOut {
            throw WebhookCallFailure.deadlineExceeded
        } catch HTTPClientError.closedBeforeResponse {
            throw WebhookCallFailure("EOF")
        } catch {
            throw WebhookCallFailure("\(error)")
        }
    }

    private func client(for address: WebhookAddress, caBundle: [UInt8]) throws -> HTTPClient {
        var endpoint = Endpoint(host: address.host, port: address.port)
        if let service = address.service {
            guard let place = resolve(Service(name: service.name, namespace: service.namespace, port: address.port))
            else {
                throw WebhookCallFailure("service \(Quoted(service.name)) not found")
            }
            endpoint = place
        }
        let key = ClientKey(serverName: address.host, endpoint: endpoint, caBundle: caBundle)
        let found = state.withLock { state in state.clients.first { $0.key == key }?.client }
        if let found { return found }
        let tls = TLSClientConfiguration(
            trustRootsPEM: caBundle.isEmpty ? nil : caBundle,
            serverName: address.host
        )
        let made: HTTPClient
        do {
            made = try HTTPClient(
                origin: HTTPOrigin(host: endpoint.host, port: endpoint.port, tls: tls),
                configuration: HTTPClientConfiguration(
                    idle: Self.idle,
                    idleConnections: 25,
                    limits: HTTPLimits(bodyBytes: 2 * ObjectSize.maximumBytes)
                ),
                loop: loop
            )
        } catch {
            throw WebhookCallFailure("\(error)")
        }
        return try state.withLock { state in
            guard !state.isShutDown else { throw WebhookCallFailure("the server is stopping") }
            // Somebody else may have made one meanwhile.
            if let other = state.clients.first(where: { $0.key == key })?.client { return other }
            if state.clients.count >= Self.maximumClients { state.clients.removeFirst() }
            state.clients.append((key, made))
            return made
        }
    }
}
