/// Reads the requests of one connection, one after another, out of pieces of any size.
package struct RequestReader {
    /// How far the input brought the request at hand.
    package enum Progress {
        /// The input is used up, and the request goes on.
        case incomplete
        /// A head is complete and its body follows; the client may hold it back until it is told to go on.
        case bodyFollows(isAwaited: Bool)
        /// A request is complete. What follows in the input belongs to the next one.
        case complete(ReceivedRequest)
    }

    /// Room made at once for a body that was only announced: a head is cheap to send.
    private static let reservedBody = 1 << 20

    private let limits: HTTPLimits
    private var collector: HeadCollector
    /// The request line, once it is complete while the head is not.
    private var line: RequestLine?
    /// The complete head, and what takes the body apart, while the body is not complete.
    private var head: RequestHead?
    private var decoder: BodyDecoder?
    private var body: [UInt8] = []

    package init(limits: HTTPLimits) {
        self.limits = limits
        collector = HeadCollector(limit: limits.headBytes)
    }

    /// Whether a head is complete and its body is not.
    var isInBody: Bool { head != nil }

    /// Bytes held of a body that is not complete.
    var heldBytes: Int { body.count }

    /// Reads on until the input is used up or there is progress to act on.
    ///
    /// - Parameter position: Where in `input` to begin; moved behind what was taken.
    /// - Throws: What is wrong with the request. Where the next one would begin is unknown then: the reader is of no
    ///   further use.
    package mutating func read(
        _ input: UnsafeRawBufferPointer,
        from position: inout Int
    ) throws(HTTPParseError) -> Progress {
        while position < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[position...])
            if let head {
                position += try decoder?.decode(rest, into: &body) ?? 0
                guard decoder?.isComplete == true else { continue }
                self.head = nil
                decoder = nil
                return .complete(try end(head))
            }
            let (taken, isComplete) = try collector.take(rest)
            position += taken
            if isComplete { return try endHead() }
            // Answered at once if it is none: a client of HTTP/0.9 sends nothing more.
            if line == nil { line = try collector.withFirstLine(RequestLine.init) }
        }
        return .incomplete
    }

    private mutating func endHead() throws(HTTPParseError) -> Progress {
        let head = try RequestHead(collector, line: line, limits: limits)
        collector.reset()
        line = nil
        let isAwaited = try RequestReader.checkExpectation(of: head)
        let framing = try BodyFraming.ofRequest(head.headers, isHTTP10: head.isHTTP10)
        let decoder = try BodyDecoder(framing, limit: limits.bodyBytes)
        if decoder.isComplete { return .complete(try end(head)) }
        body.reserveCapacity(min(decoder.expectedBytes, RequestReader.reservedBody))
        self.head = head
        self.decoder = decoder
        return .bodyFollows(isAwaited: isAwaited)
    }

    /// Whether the client waits for `100 Continue`.
    private static func checkExpectation(of head: RequestHead) throws(HTTPParseError) -> Bool {
        // RFC 9110 §10.1.1: ignored from an HTTP/1.0 client.
        guard let expectation = head.headers["Expect"], !head.isHTTP10 else { return false }
        guard expectation.lowercased() == "100-continue" else {
            throw HTTPParseError(status: 417, "only the expectation 100-continue is understood")
        }
        return true
    }

    private mutating func end(_ head: RequestHead) throws(HTTPParseError) -> ReceivedRequest {
        var request = HTTPRequest(method: head.method, target: head.target, headers: head.headers, body: body)
        body = []
        try unpack(&request)
        return ReceivedRequest(
            request: request,
            terms: ReceivedRequest.Terms(
                isHTTP10: head.isHTTP10,
                isHead: head.method == "HEAD",
                keepsAlive: head.keepsAlive
            )
        )
    }

    private func unpack(_ request: inout HTTPRequest) throws(HTTPParseError) {
        guard let coding = request.headers["Content-Encoding"]?.lowercased(), coding != "identity" else { return }
        guard coding == "gzip" else {
            throw HTTPParseError(status: 415, "only the content coding \"gzip\" is understood")
        }
        do {
            request.body = try Gzip.decompress(request.body, limit: limits.bodyBytes)
        } catch {
            throw HTTPParseError(status: error == .corrupt ? 400 : 413, "the gzip body: \(error)")
        }
        request.headers["Content-Encoding"] = nil
    }
}

/// A request as it came, and how its answer has to look.
package struct ReceivedRequest: Sendable {
    package let request: HTTPRequest
    let terms: Terms

    /// What a client can understand and wants.
    struct Terms: Sendable {
        let isHTTP10: Bool
        /// Whether only the answer's head is wanted.
        let isHead: Bool
        /// Whether the connection may be kept.
        let keepsAlive: Bool
    }
}
