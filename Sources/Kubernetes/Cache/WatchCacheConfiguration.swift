/// How a `WatchCache` follows the API server.
public struct WatchCacheConfiguration: Sendable {
    /// The waits after failures, client-go's: 0.8 s, doubling to 30 s.
    public var backoff: Backoff
    /// How long the server is asked to let a watch live, at least; up to twice that, so that the watches of many clients do
    /// not end together. client-go's: 5 minutes.
    public var watchTimeout: Duration
    /// A watch on which nothing came for so long is given up. A server sends a bookmark every minute, so this is two
    /// missed ones.
    public var stallTimeout: Duration
    /// A watch that ends sooner and brought nothing counts as a failure, so that a server that always hangs up is not
    /// called in a loop.
    public var shortestWatch: Duration

    /// Makes a configuration.
    public init(
        backoff: Backoff = Backoff(base: .milliseconds(800), maximum: .seconds(30)),
        watchTimeout: Duration = .seconds(300),
        stallTimeout: Duration = .seconds(150),
        shortestWatch: Duration = .seconds(1)
    ) {
        self.backoff = backoff
        self.watchTimeout = watchTimeout
        self.stallTimeout = stallTimeout
        self.shortestWatch = shortestWatch
    }
}

/// What a `WatchCache` has done since it was made.
public struct WatchCacheCounts: Sendable, Equatable {
    /// Lists that were applied.
    public var lists = 0
    /// Watches that were begun.
    public var watches = 0
    /// Events that came, bookmarks included.
    public var events = 0
    /// Watches given up because nothing came.
    public var stalls = 0
    /// Lists and watches that failed.
    public var failures = 0

    /// Nothing yet.
    public init() {}
}
