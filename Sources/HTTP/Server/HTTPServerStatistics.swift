import Synchronization

/// What a server has done since it was made. Counts only grow, but for `connectionsOpen`.
public struct HTTPServerStatistics: Sendable, Equatable {
    /// Connections open now, those still agreeing on TLS included.
    public var connectionsOpen = 0
    /// Connections accepted.
    public var connectionsAccepted = 0
    /// How often the limit on connections was reached with more waiting.
    public var connectionLimitReached = 0
    /// Idle connections closed for the benefit of those waiting.
    public var connectionsReclaimed = 0
    /// TLS handshakes completed, resumed sessions included.
    public var handshakesSucceeded = 0
    /// Of those, the ones shortened by a session agreed on before.
    public var handshakesResumed = 0
    /// Connections that ended, for whatever reason, before TLS was agreed on.
    public var handshakesFailed = 0
    /// Answers by class: at index 0 those with a 1xx status, at index 4 those with 5xx. Interim answers do not count.
    public var responsesByClass = [0, 0, 0, 0, 0]
    /// Requests refused by the server itself because they break the protocol, a limit or a time-out; their answers count
    /// in `responsesByClass` too.
    public var requestsRefused = 0

    /// Statistics of a server that has done nothing.
    public init() {}
}

/// The counts behind `HTTPServerStatistics`, which any thread may read while the loops go on counting.
final class ServerCounters: Sendable {
    let accepted = Atomic(0)
    let limitReached = Atomic(0)
    let reclaimed = Atomic(0)
    let handshakesSucceeded = Atomic(0)
    let handshakesResumed = Atomic(0)
    let handshakesFailed = Atomic(0)
    let requestsRefused = Atomic(0)
    private let informational = Atomic(0)
    private let successful = Atomic(0)
    private let redirecting = Atomic(0)
    private let clientErrors = Atomic(0)
    private let serverErrors = Atomic(0)

    func countResponse(_ status: Int) {
        switch status {
        case ..<200: informational.increment()
        case 200..<300: successful.increment()
        case 300..<400: redirecting.increment()
        case 400..<500: clientErrors.increment()
        default: serverErrors.increment()
        }
    }

    func statistics(connectionsOpen: Int) -> HTTPServerStatistics {
        var statistics = HTTPServerStatistics()
        statistics.connectionsOpen = connectionsOpen
        statistics.connectionsAccepted = accepted.value
        statistics.connectionLimitReached = limitReached.value
        statistics.connectionsReclaimed = reclaimed.value
        statistics.handshakesSucceeded = handshakesSucceeded.value
        statistics.handshakesResumed = handshakesResumed.value
        statistics.handshakesFailed = handshakesFailed.value
        statistics.responsesByClass = [
            informational.value, successful.value, redirecting.value, clientErrors.value, serverErrors.value,
        ]
        statistics.requestsRefused = requestsRefused.value
        return statistics
    }
}

extension Atomic where Value == Int {
    /// Adds one. Relaxed: a count orders nothing.
    func increment() {
        wrappingAdd(1, ordering: .relaxed)
    }

    fileprivate var value: Int { load(ordering: .relaxed) }
}
