import HTTP
import JSON
import Synchronization

extension APIClient {
    /// Follows the changes of all objects that match.
    ///
    /// Returns once the server has agreed; a refusal is thrown like that of any other call.
    public func watch(
        _ type: ResourceType,
        namespace: String?,
        options: WatchOptions
    ) async throws(APIError) -> WatchStream {
        var query = [("watch", "true")]
        if let selector = options.labelSelector { query.append(("labelSelector", selector)) }
        if let selector = options.fieldSelector { query.append(("fieldSelector", selector)) }
        if !options.resourceVersion.isEmpty { query.append(("resourceVersion", options.resourceVersion)) }
        if let seconds = options.timeoutSeconds { query.append(("timeoutSeconds", String(seconds))) }
        if options.allowBookmarks { query.append(("allowWatchBookmarks", "true")) }
        let call = call("watch", "GET", type, type.path(namespace: namespace), query: query)
        let body = try await repeating(call) { (request, timeout) in
            let response = try await exchange.stream(request, headTimeout: timeout)
            return (response.status, response.headers, response.body)
        }
        let limit = configuration.watchLineLimit
        return WatchStream {
            let reader = WatchReader(body.makeAsyncIterator(), lineLimit: limit)
            return { () async throws(APIError) in try await reader.next() }
        }
    }
}

/// Turns the pieces of a watch's body into events.
private final class WatchReader: Sendable {
    private struct State {
        var lines: LineSplitter
        var isOver = false
    }

    private let body: HTTPBodyStream.Iterator
    private let state: Mutex<State>

    init(_ body: HTTPBodyStream.Iterator, lineLimit: Int) {
        self.body = body
        state = Mutex(State(lines: LineSplitter(limit: lineLimit)))
    }

    /// The next event, or `nil` once the stream is over; it is over after an error, too.
    func next() async throws(APIError) -> WatchEvent? {
        do {
            return try await nextEvent()
        } catch {
            state.withLock { $0.isOver = true }
            throw error
        }
    }

    private func nextEvent() async throws(APIError) -> WatchEvent? {
        while true {
            let line: [UInt8]?
            do {
                line = try state.withLock { (state) throws(LineSplitter.LineTooLong) in
                    state.isOver ? nil : try state.lines.next()
                }
            } catch {
                throw .malformed("an event of a watch is longer than \(error.limit) bytes")
            }
            if let line { return try event(line) }
            if state.withLock({ $0.isOver }) { return nil }
            var body = body
            let piece: [UInt8]?
            do {
                piece = try await body.next()
            } catch {
                throw AttemptFailure(transport: error).error
            }
            guard let piece else {
                // A body that broke off would have thrown, so this is a whole event that lacks its newline.
                let rest = state.withLock { state in
                    state.isOver = true
                    return state.lines.rest
                }
                return rest.isEmpty ? nil : try event(rest)
            }
            state.withLock { $0.lines.append(piece) }
        }
    }

    private func event(_ line: [UInt8]) throws(APIError) -> WatchEvent {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: line, limits: JSONLimits(maximumBytes: .max))
        } catch {
            throw .malformed("an event of a watch: \(error)")
        }
        guard let event = WatchEvent(decoding: value) else {
            throw .malformed("an event of a watch has no known type, or no object")
        }
        return event
    }
}
