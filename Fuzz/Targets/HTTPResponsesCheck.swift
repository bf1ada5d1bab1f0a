import HTTP

/// What a server sends to the client. The first byte chooses the method of the request that is answered.
///
/// However the bytes are cut, the same responses come out, or the same refusal.
enum HTTPResponsesCheck {
    private struct Response: Equatable {
        let head: ResponseHead
        var body: [UInt8] = []
        var isWhole: Bool
    }

    static func run(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let method = first % 4 == 0 ? "HEAD" : "GET"
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = read([rest], to: method)
        let cut = read(Cuts(input: rest), to: method)
        // What comes before a refusal depends on how far the reader got, and its reader is told of the refusal anyway.
        FuzzTarget.require(whole.isRefused == cut.isRefused, "the same verdict, wherever the input is cut")
        guard !whole.isRefused else { return }
        FuzzTarget.require(whole.responses == cut.responses, "the same responses, wherever the input is cut")
        FuzzTarget.require(whole.mayEnd == cut.mayEnd, "the same end, wherever the input is cut")
    }

    private static func read(
        _ pieces: some Sequence<UnsafeRawBufferPointer>,
        to method: String
    ) -> (responses: [Response], isRefused: Bool, mayEnd: Bool) {
        var reader = ResponseReader(limits: HTTPLimits(headBytes: 2048, fieldCount: 16))
        var responses: [Response] = []
        do throws(HTTPParseError) {
            for piece in pieces {
                var position = 0
                while position < piece.count {
                    switch try reader.read(piece, from: &position, to: method) {
                    case .incomplete: break
                    case .head(let head, let isWhole): responses.append(Response(head: head, isWhole: isWhole))
                    case .body(let bytes, let isWhole):
                        guard var response = responses.popLast() else { fatalError("a body without a head") }
                        response.body += bytes
                        response.isWhole = isWhole
                        responses.append(response)
                    }
                }
            }
        } catch {
            return (responses, true, false)
        }
        return (responses, false, reader.mayEndWithConnection)
    }
}
