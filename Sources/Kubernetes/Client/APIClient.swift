import HTTP
import JSON

/// A client of an API server.
///
/// A value without state of its own; connections belong to `exchange`. Every call ends within `Configuration.callTimeout`,
/// repeated attempts included, and as soon as its task is cancelled.
///
/// It does not limit its own rate: a server that is busy says so (API Priority and Fairness answers 429 with a time to wait),
/// and every call heeds that. That is also controller-runtime's choice since 0.21.
public struct APIClient: KubernetesAPI {
    /// What can be adjusted.
    public struct Configuration: Sendable {
        /// For a whole call, however many attempts and, for a list, for each of its pages. A watch has it for its
        /// beginning only.
        public var callTimeout: Duration
        /// How many objects a list asks for at a time.
        public var pageSize: Int
        /// The longest event a watch accepts, in bytes. An API server takes objects of up to 3 MiB.
        public var watchLineLimit: Int
        /// When a failed call is tried again.
        public var retry: RetryPolicy

        /// Makes a configuration.
        public init(
            callTimeout: Duration = .seconds(30),
            pageSize: Int = 500,
            watchLineLimit: Int = 16 << 20,
            retry: RetryPolicy = RetryPolicy()
        ) {
            self.callTimeout = callTimeout
            self.pageSize = pageSize
            self.watchLineLimit = watchLineLimit
            self.retry = retry
        }
    }

    let exchange: any HTTPExchanging
    let bearerToken: (@Sendable () -> String)?
    let observer: (any APIClientObserver)?
    private var writeOptions = WriteOptions()
    let userAgent: String
    private(set) var configuration: Configuration
    let time: any MonotonicTime
    let jitter: @Sendable () -> Double

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - exchange: Carries the requests.
    ///   - bearerToken: Asked before every attempt, since tokens are renewed; `nil` or an empty answer sends none.
    ///   - userAgent: How the server shall know the client.
    ///   - configuration: Limits and patience.
    ///   - observer: Told of every request and of the server's warnings.
    ///   - time: For deadlines and waits.
    ///   - jitter: Gives random numbers from 0 up to 1.
    public init(
        exchange: any HTTPExchanging,
        bearerToken: (@Sendable () -> String)? = nil,
        userAgent: String = "optimizationjob",
        configuration: Configuration = Configuration(),
        observer: (any APIClientObserver)? = nil,
        time: any MonotonicTime = SystemTime(),
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.exchange = exchange
        self.bearerToken = bearerToken
        self.userAgent = userAgent
        self.configuration = configuration
        self.observer = observer
        self.time = time
        self.jitter = jitter
    }

    /// The same client, whose every write carries these options.
    public func writing(with options: WriteOptions) -> APIClient {
        var client = self
        client.writeOptions = options
        return client
    }

    /// The same client, whose failed calls are tried again by this policy.
    public func retrying(_ policy: RetryPolicy) -> APIClient {
        var client = self
        client.configuration.retry = policy
        return client
    }

    /// Reads one object.
    public func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        try await object(call("get", "GET", type, try path(type, name)))
    }

    /// Creates an object.
    public func create(
        _ type: ResourceType,
        namespace: String,
        _ object: JSONValue
    ) async throws(APIError) -> JSONValue {
        guard !type.isNamespaced || !namespace.isEmpty else {
            throw .status(.badRequest("an empty namespace may not be set during creation"), retryAfter: nil)
        }
        return try await self.object(
            call(
                "create",
                "POST",
                type,
                type.path(namespace: namespace),
                query: writeOptions.query,
                body: object,
                isIdempotent: false
            )
        )
    }

    /// Replaces an object or a subresource of it.
    public func update(
        _ type: ResourceType,
        _ object: JSONValue,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        let path = try path(type, ObjectMeta(object).namespacedName, subresource)
        return try await self.object(
            call("update", "PUT", type, path, query: writeOptions.query, subresource: subresource, body: object)
        )
    }

    /// Changes an object or a subresource of it.
    public func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        let path = try path(type, name, subresource)
        var options = writeOptions
        let (body, mediaType): (JSONValue, String)
        var isForced = false
        var isIdempotent = false
        switch patch {
        case .json(let patch):
            (body, mediaType) = (patch.json, "application/json-patch+json")
        case .merge(let value):
            (body, mediaType) = (value, "application/merge-patch+json")
        case .apply(let value, let fieldManager, let force):
            // JSON is YAML, and the only name this has.
            (body, mediaType) = (value, "application/apply-patch+yaml")
            options.fieldManager = fieldManager
            (isForced, isIdempotent) = (force, true)
        }
        return try await object(
            call(
                "patch",
                "PATCH",
                type,
                path,
                query: options.query + (isForced ? [("force", "true")] : []),
                subresource: subresource,
                body: body,
                mediaType: mediaType,
                isIdempotent: isIdempotent
            )
        )
    }

    /// Deletes an object. The answer, a `Status` or the object if finalizers hold it, is not looked at.
    public func delete(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ options: DeleteOptions
    ) async throws(APIError) {
        let path = try path(type, name)
        // The type matters: a bare `nil` would be the JSON value `null`.
        let body: JSONValue? = options == DeleteOptions() ? Optional.none : options.json
        let query = WriteOptions(isDryRun: writeOptions.isDryRun).query
        _ = try await send(call("delete", "DELETE", type, path, query: query, body: body))
    }

    /// The path of one object. Without a name it would be the path of all of them, which `DELETE` takes literally.
    private func path(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ subresource: String? = nil
    ) throws(APIError) -> String {
        guard !name.name.isEmpty else {
            throw .status(.badRequest("resource name may not be empty"), retryAfter: nil)
        }
        guard name.name != ".", name.name != ".." else {
            throw .status(
                .badRequest("invalid resource name \"\(name.name)\": may not be '.' or '..'"),
                retryAfter: nil
            )
        }
        guard !type.isNamespaced || !name.namespace.isEmpty else {
            throw .status(
                .badRequest("an empty namespace may not be set when a resource name is provided"),
                retryAfter: nil
            )
        }
        return type.path(namespace: name.namespace, name: name.name, subresource: subresource)
    }
}
