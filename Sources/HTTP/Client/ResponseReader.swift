/// Reads the responses on one connection, one after another, out of pieces of any size.
package struct ResponseReader {
    /// How far the input brought the response at hand.
    package enum Progress {
        /// The input is used up, and the response goes on.
        case incomplete
        /// A head is complete; a body follows unless `isWhole`.
        case head(ResponseHead, isWhole: Bool)
        /// Bytes of the body, maybe none. What follows them in the input, if `isWhole`, belongs to no request.
        case body([UInt8], isWhole: Bool)
    }

    private let limits: HTTPLimits
    private var collector: HeadCollector
    private var decoder: BodyDecoder?

    /// Makes a reader.
    ///
    /// - Parameter limits: Bounds on heads; a body is handed on as it comes, so its reader sets the bounds.
    package init(limits: HTTPLimits) {
        self.limits = limits
        collector = HeadCollector(limit: limits.headBytes)
    }

    /// Whether a head is complete and its body is not.
    package var isInBody: Bool { decoder != nil }

    /// Whether a connection that closes now ends the response rightly.
    package var mayEndWithConnection: Bool { decoder?.mayEndWithConnection ?? false }

    /// Reads on until the input is used up or there is progress to act on.
    ///
    /// - Parameters:
    ///   - position: Where in `input` to begin; moved behind what was taken.
    ///   - method: The method of the request that this responds to.
    /// - Throws: What is wrong with the response. The reader is of no further use then.
    package mutating func read(
        _ input: UnsafeRawBufferPointer,
        from position: inout Int,
        to method: String
    ) throws(HTTPParseError) -> Progress {
        while position < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[position...])
            guard decoder == nil else {
                var piece: [UInt8] = []
                piece.reserveCapacity(rest.count)
                position += try decoder?.decode(rest, into: &piece) ?? 0
                let isWhole = decoder?.isComplete ?? true
                if isWhole { decoder = nil }
                return .body(piece, isWhole: isWhole)
            }
            let (taken, isComplete) = try collector.take(rest)
            position += taken
            if isComplete, let head = try endHead(to: method) { return .head(head, isWhole: decoder == nil) }
        }
        return .incomplete
    }

    /// The head, unless it is that of an interim answer.
    private mutating func endHead(to method: String) throws(HTTPParseError) -> ResponseHead? {
        let head = try ResponseHead(collector, limits: limits)
        collector.reset()
        // Interim answers precede the real one (RFC 9110 §15.2). A change of protocol was never asked for.
        guard head.status >= 200 else {
            guard head.status != 101 else {
                throw .malformed("the server changes to a protocol that was not asked for")
            }
            return nil
        }
        let framing = try BodyFraming.ofResponse(
            status: head.status,
            to: method,
            head.headers,
            isHTTP10: head.isHTTP10
        )
        let decoder = try BodyDecoder(framing, limit: .max)
        self.decoder = decoder.isComplete ? nil : decoder
        return head
    }
}
