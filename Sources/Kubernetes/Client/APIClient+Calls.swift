import HTTP
import JSON

/// A request and what it is for.
struct APICall: Sendable {
    var request: HTTPRequest
    let verb: String
    let type: ResourceType
    var subresource: String?
    /// Whether making it twice has the effect of making it once.
    let isIdempotent: Bool

    /// `GET /api/v1/…`, for messages.
    var description: String { "\(request.method) \(request.path)" }

    func summary(_ status: Int?, after latency: Duration, attempt: Int) -> APIRequestSummary {
        APIRequestSummary(
            method: request.method,
            verb: verb,
            type: type,
            subresource: subresource,
            status: status,
            latency: latency,
            attempt: attempt
        )
    }
}

extension APIClient {
    /// A call for JSON. The token is added with each attempt.
    func call(
        _ verb: String,
        _ method: String,
        _ type: ResourceType,
        _ path: String,
        query: [(String, String)] = [],
        subresource: String? = nil,
        body: JSONValue? = nil,
        mediaType: String = "application/json",
        isIdempotent: Bool = true
    ) -> APICall {
        var headers: HTTPFields = ["Accept": "application/json", "User-Agent": userAgent]
        var request = HTTPRequest(method: method, target: path + Self.text(ofQuery: query), headers: headers)
        if let body {
            headers["Content-Type"] = mediaType
            request = HTTPRequest(method: method, target: request.target, headers: headers, body: body.serialized())
        }
        return APICall(
            request: request,
            verb: verb,
            type: type,
            subresource: subresource,
            isIdempotent: isIdempotent
        )
    }

    /// Makes a call and reads the object in the answer.
    func object(_ call: APICall) async throws(APIError) -> JSONValue {
        let body = try await send(call)
        let value: JSONValue
        do {
            // The exchange has bounded the body already.
            value = try JSONValue(parsing: body, limits: JSONLimits(maximumBytes: .max))
        } catch {
            throw .malformed("\(call.description): \(error)")
        }
        guard value.objectValue != nil else {
            throw .malformed("\(call.description): not a JSON object")
        }
        return value
    }

    /// Makes a call, again if that is safe and promising, and returns the body of a success.
    func send(_ call: APICall) async throws(APIError) -> [UInt8] {
        try await repeating(call) { (request, timeout) in
            let response = try await exchange.send(request, timeout: timeout)
            return (response.status, response.headers, response.bytes ?? [])
        }
    }

    /// Does something with a request until it succeeds, fails for good, or time is up.
    ///
    /// - Parameter attempt: Makes the call once. It gives the answer's status and header, and the answer or, for a failure,
    ///   its body.
    func repeating<Answer>(
        _ call: APICall,
        _ attempt: (HTTPRequest, Duration) async throws -> (status: Int, headers: HTTPFields, Answer)
    ) async throws(APIError) -> Answer where Answer: FailureBody {
        let deadline = time.now + configuration.callTimeout
        var tried = 0
        var wasThrottled = false
        while true {
            if Task.isCancelled { throw .cancelled }
            tried += 1
            let began = time.now
            let failure: AttemptFailure
            do {
                return try await once(call, deadline - time.now, tried, attempt)
            } catch {
                failure = error
            }
            if !wasThrottled, case .status(let status, let retryAfter) = failure.error, status.code == 429 {
                wasThrottled = true
                let summary = call.summary(status.code, after: time.now - began, attempt: tried)
                observer?.throttled(summary, path: call.request.path, retryAfter: retryAfter)
            }
            guard
                let delay = configuration.retry.delay(
                    after: failure,
                    isIdempotent: call.isIdempotent,
                    tried: tried,
                    jitter: jitter()
                ),
                time.now + delay < deadline
            else { throw failure.error }
            do {
                try await time.sleep(for: delay)
            } catch {
                throw .cancelled
            }
        }
    }

    private func once<Answer: FailureBody>(
        _ call: APICall,
        _ timeout: Duration,
        _ number: Int,
        _ attempt: (HTTPRequest, Duration) async throws -> (status: Int, headers: HTTPFields, Answer)
    ) async throws(AttemptFailure) -> Answer {
        let began = time.now
        do {
            let (status, headers, answer) = try await attempt(authorized(call.request), timeout)
            if let observer {
                let summary = call.summary(status, after: time.now - began, attempt: number)
                observer.requestEnded(summary)
                for warning in WarningHeader.texts(in: headers) { observer.warned(warning, by: summary) }
            }
            guard (200...299).contains(status) else {
                let body = await answer.bytes(within: .seconds(5), time)
                throw AttemptFailure(error: APIError(status, headers, body, method: call.request.method))
            }
            return answer
        } catch let failure as AttemptFailure {
            throw failure
        } catch {
            observer?.requestEnded(call.summary(nil, after: time.now - began, attempt: number))
            throw AttemptFailure(transport: error)
        }
    }

    private func authorized(_ request: HTTPRequest) -> HTTPRequest {
        // A token read from a file ends in a newline, which must not get into a header.
        guard let token = bearerToken?().split(whereSeparator: \.isWhitespace).first else { return request }
        var request = request
        request.headers["Authorization"] = "Bearer \(token)"
        return request
    }
}

/// An answer that may be a refusal, whose reason is in its body.
protocol FailureBody {
    /// The body's beginning: enough for a `Status`, and nothing from a server that does not come to an end.
    func bytes(within limit: Duration, _ time: any MonotonicTime) async -> [UInt8]
}

extension [UInt8]: FailureBody {
    func bytes(within limit: Duration, _ time: any MonotonicTime) async -> [UInt8] { self }
}

extension HTTPBodyStream: FailureBody {
    func bytes(within limit: Duration, _ time: any MonotonicTime) async -> [UInt8] {
        let bytes = try? await withTimeLimit(limit, time) {
            var iterator = makeAsyncIterator()
            var bytes: [UInt8] = []
            while bytes.count < 1 << 20, let piece = try? await iterator.next() { bytes += piece }
            return bytes
        }
        return bytes ?? []
    }
}

extension AttemptFailure {
    /// The failure of an exchange that brought no answer.
    init(transport error: any Error) {
        if error is CancellationError || Task.isCancelled {
            self.init(error: .cancelled)
            return
        }
        switch error {
        case HTTPClientError.cannotConnect, is ConfigurationError:
            self.init(error: .transport(String(describing: error)), wasSent: false)
        default:
            self.init(error: .transport(String(describing: error)))
        }
    }
}

extension APIError {
    /// The failure an answer tells.
    init(_ code: Int, _ headers: HTTPFields, _ body: [UInt8], method: String) {
        let status = Status(code: code, headers: headers, body: body, method: method)
        let seconds = Status.retryAfterSeconds(in: headers) ?? status.details?.retryAfterSeconds ?? 0
        self = .status(status, retryAfter: seconds > 0 ? .seconds(seconds) : nil)
    }
}
