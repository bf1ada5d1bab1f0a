import HTTP

/// What a client sends to the server.
///
/// However the bytes are cut, the same requests come out, or the same refusal; a request stays within the limits; and
/// written again, it is read as the same single request, so that no other can hide in it.
enum HTTPRequestsCheck {
    private static let limits = HTTPLimits(headBytes: 2048, fieldCount: 16, bodyBytes: 4096)

    static func run(_ input: UnsafeRawBufferPointer) {
        let whole = read([input])
        let cut = read(Cuts(input: input))
        FuzzTarget.require(whole.requests == cut.requests, "the same requests, wherever the input is cut")
        FuzzTarget.require(
            (whole.refusal == nil) == (cut.refusal == nil),
            "the same verdict, wherever the input is cut: \(String(describing: whole.refusal)), "
                + "\(String(describing: cut.refusal))"
        )
        for request in whole.requests { check(request) }
    }

    private static func check(_ request: HTTPRequest) {
        FuzzTarget.require(request.body.count <= limits.bodyBytes, "bodies within the limit")
        FuzzTarget.require(request.headers.count <= limits.fieldCount, "fields within the limit")
        FuzzTarget.require(request.target.hasPrefix("/") || request.target == "*", "a target in origin form")
        _ = request.path
        _ = request.query
        // It is written as HTTP/1.1, whatever it came as, and HTTP/1.0 ignores what 1.1 refuses here.
        var rewritten = request
        rewritten.headers["Expect"] = nil
        var written: [UInt8] = []
        MessageWriter.write(rewritten, host: "x", into: &written)
        // The length has a field of its own now, which may be one more than came.
        let again = written.withUnsafeBytes { read([$0], limits: HTTPLimits()) }
        FuzzTarget.require(again.refusal == nil && again.requests.count == 1, "one request written is one request read")
        guard let copy = again.requests.first else { return }
        FuzzTarget.require(
            copy.method == request.method && copy.target == request.target && copy.body == request.body,
            "a request written and read is the same"
        )
    }

    private static func read(
        _ pieces: some Sequence<UnsafeRawBufferPointer>,
        limits: HTTPLimits = limits
    ) -> (requests: [HTTPRequest], refusal: HTTPParseError?) {
        var reader = RequestReader(limits: limits)
        var requests: [HTTPRequest] = []
        do throws(HTTPParseError) {
            for piece in pieces {
                var position = 0
                while position < piece.count {
                    if case .complete(let received) = try reader.read(piece, from: &position) {
                        requests.append(received.request)
                    }
                }
            }
        } catch {
            return (requests, error)
        }
        return (requests, nil)
    }
}
