import HTTP
import JSON

extension APIClient {
    /// A request for JSON. The token is added with each attempt.
    func request(
        _ method: String,
        _ target: String,
        body: JSONValue? = nil,
        type: String = "application/json"
    ) -> HTTPRequest {
        var headers: HTTPFields = ["Accept": "application/json", "User-Agent": userAgent]
        guard let body else { return HTTPRequest(method: method, target: target, headers: headers) }
        headers["Content-Type"] = type
        return HTTPRequest(method: method, target: target, headers: headers, body: body.serialized())
    }

    /// Sends a request and reads the object in the answer.
    func object(_ request: HTTPRequest) async throws(APIError) -> JSONValue {
        let body = try await send(request)
        let value: JSONValue
        do {
            // The exchange has bounded the body already.
            value = try JSONValue(parsing: body, limits: JSONLimits(maximumBytes: .max))
        } catch {
            throw .malformed("\(request.method) \(request.path): \(error)")
        }
        guard value.objectValue != nil else {
            throw .malformed("\(request.method) \(request.path): not a JSON object")
        }
        return value
    }

    /// Sends a request, again if that is safe and promising, and returns the body of a success.
    func send(_ request: HTTPRequest) async throws(APIError) -> [UInt8] {
        try await repeating(request) { (request, timeout) throws(APIError) in
            let response: HTTPResponse
            do {
                response = try await exchange.send(request, timeout: timeout)
            } catch {
                throw APIError(transport: error)
            }
            let body = response.bytes ?? []
            guard (200...299).contains(response.status) else {
                throw APIError(response.status, response.headers, body, method: request.method)
            }
            return body
        }
    }

    /// Does something with a request until it succeeds, fails for good, or time is up.
    func repeating<Result>(
        _ request: HTTPRequest,
        _ attempt: (HTTPRequest, Duration) async throws(APIError) -> Result
    ) async throws(APIError) -> Result {
        let deadline = time.now + configuration.callTimeout
        var tried = 0
        while true {
            if Task.isCancelled { throw .cancelled }
            let failure: APIError
            do {
                return try await attempt(authorized(request), deadline - time.now)
            } catch {
                failure = error
            }
            tried += 1
            guard
                let delay = configuration.retry.delay(
                    after: failure,
                    method: request.method,
                    tried: tried,
                    jitter: jitter()
                ),
                time.now + delay < deadline
            else { throw failure }
            do {
                try await time.sleep(for: delay)
            } catch {
                throw .cancelled
            }
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

extension APIError {
    /// The failure of an exchange that brought no answer.
    init(transport error: any Error) {
        if error is CancellationError || Task.isCancelled {
            self = .cancelled
        } else {
            self = .transport(String(describing: error))
        }
    }

    /// The failure an answer tells.
    init(_ code: Int, _ headers: HTTPFields, _ body: [UInt8], method: String) {
        let status = Status(code: code, headers: headers, body: body, method: method)
        let seconds = Status.retryAfterSeconds(in: headers) ?? status.details?.retryAfterSeconds ?? 0
        self = .status(status, retryAfter: seconds > 0 ? .seconds(seconds) : nil)
    }
}
