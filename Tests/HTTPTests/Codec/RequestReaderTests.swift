import Testing

@testable import HTTP

/// What bytes come to when they arrive in two pieces, cut anywhere.
private struct Outcome: Equatable {
    var requests: [HTTPRequest] = []
    /// The status that the rest is refused with.
    var refusal: Int?

    init(_ bytes: [UInt8], cutAt cut: Int, limits: HTTPLimits = HTTPLimits()) {
        var reader = RequestReader(limits: limits)
        do throws(HTTPParseError) {
            for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] {
                let result = piece.withUnsafeBytes { raw in
                    Result { () throws(HTTPParseError) in
                        var position = 0
                        while position < raw.count {
                            if case .complete(let received) = try reader.read(raw, from: &position) {
                                requests.append(received.request)
                            }
                        }
                    }
                }
                try result.get()
            }
        } catch {
            refusal = error.status
        }
    }
}

private let chunked = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

@Suite("A request")
struct RequestReaderTests {
    @Test(
        "reads the same wherever the network cuts it",
        arguments: [
            ("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/a?b=c", ""),
            ("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/", ""),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET", "/", ""),
            ("GET / HTTP/1.1\r\nHost:\t x \t\r\nA:\r\n\r\n", "GET", "/", ""),
            ("GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", "GET", "/", ""),
            ("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "POST", "/p", "hello"),
            ("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 0005\r\n\r\nhello", "POST", "/p", "hello"),
            ("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\na", "POST", "/p", "a"),
            ("POST /p HTTP/1.0\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\na", "POST", "/p", "a"),
            (chunked + "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX: y\r\n\r\n", "POST", "/p", "hello world"),
            (chunked + "00000000000000A\r\n0123456789\r\n000\r\n\r\n", "POST", "/p", "0123456789"),
            (
                "POST /p HTTP/1.1\r\nhost: x\r\ntransfer-encoding: \tChunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                "POST", "/p", "a"
            ),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS", "*", ""),
            ("GET http://example.com/x?y HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET", "/x?y", ""),
            ("GET HTTPS://example.com HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET", "/", ""),
            ("GET https://example.com?q HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET", "/?q", ""),
            ("GET / HTTP/1.0\r\n\r\n", "GET", "/", ""),
        ]
    )
    func everyCut(text: String, method: String, target: String, body: String) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            // Twice in a row, so that it is also known where the first one ends.
            let outcome = Outcome(bytes + bytes, cutAt: cut)
            #expect(outcome.refusal == nil)
            #expect(outcome.requests.count == 2)
            for request in outcome.requests {
                #expect(request.method == method)
                #expect(request.target == target)
                #expect(String(decoding: request.body, as: UTF8.self) == body)
            }
        }
    }

    @Test(
        "that two readers could understand differently, or that is malformed, is refused wherever it is cut",
        arguments: [
            // Lines.
            ("GET / HTTP/1.1\nHost: x\n\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n\n", 400),
            ("GET / HTTP/1.1\rHost: x\r\r\n", 400),
            ("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            (" GET / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            // The request line.
            ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
            ("GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /\u{0} HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /ü HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /#f HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET http:///x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n", 400),
            ("GET /\r\n", 400),
            ("GET / FTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.10\r\nHost: x\r\n\r\n", 505),
            ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            ("\u{16}\u{3}\u{1}\u{2}", 400),
            // Fields.
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a@x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\tfolded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\u{0}\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nA\u{0}: b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nA: b\rContent-Length: 5\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nA: \u{7F}\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 417),
            ("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue, x\r\nContent-Length: 1\r\n\r\n", 417),
            // The length of the body.
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
                400
            ),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            // Chunks.
            (chunked + "5\r\nhello!\r\n0\r\n\r\n", 400),
            (chunked + "5\r\nhell\r\n0\r\n\r\n", 400),
            (chunked + "5\nhello\r\n0\r\n\r\n", 400),
            (chunked + "5\r\nhello\n0\r\n\r\n", 400),
            (chunked + "0x5\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + "5 \r\nhello\r\n0\r\n\r\n", 400),
            (chunked + "-5\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + "\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + ";a=b\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + "5;a=\u{1}\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + "5;a\rb\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + "ffffffffffffffff\r\n", 400),
            (chunked + "fffffffffffffff\r\n", 413),
            (chunked + "10000000000000000\r\n", 400),
            (chunked + "fffffff\r\n", 413),
            (chunked + "0\r\nNoColon\r\n\r\n", 400),
            (chunked + "0\r\nA: b\u{0}\r\n\r\n", 400),
            (chunked + "0\r\nA: b\n\r\n", 400),
            (chunked + "0\r\n folded: b\r\n\r\n", 400),
            // Codings of the content.
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\na", 415),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", 400),
        ]
    )
    func refused(text: String, status: Int) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let outcome = Outcome(bytes, cutAt: cut)
            #expect(outcome.refusal == status)
            #expect(outcome.requests == [])
        }
    }

    @Test(
        "over a limit is refused with the status for it, wherever it is cut",
        arguments: [
            ("GET /\(String(repeating: "a", count: 200)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: \(String(repeating: "a", count: 200))\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\n\r\n", 431),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde", 413),
            (chunked + "3\r\nabc\r\n2\r\n", 413),
            (chunked + "1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n1\r\na\r\n", 413),
        ]
    )
    func limits(text: String, status: Int) {
        let limits = HTTPLimits(headBytes: 100, fieldCount: 2, bodyBytes: 4)
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count { #expect(Outcome(bytes, cutAt: cut, limits: limits).refusal == status) }
    }

    @Test("may not carry chunk extensions or trailers out of all proportion")
    func chunkAbuse() {
        let long = String(repeating: "a", count: 10_000)
        let short = "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n"
        let cases = [
            (chunked + "5;" + long + "\r\nhello\r\n0\r\n\r\n", 400),
            (chunked + String(repeating: short, count: 200) + "0\r\n\r\n", 400),
            (chunked + "0\r\n" + long, 431),
            (chunked + "0\r\nA: \(long)\r\n\r\n", 431),
            (chunked + "0\r\n" + String(repeating: "A: b\r\n", count: 10_000) + "\r\n", 431),
        ]
        for (text, status) in cases {
            let bytes = Array(text.utf8)
            for cut in stride(from: 0, to: bytes.count, by: 997) {
                #expect(Outcome(bytes, cutAt: cut).refusal == status)
            }
        }
        // Extensions in proportion to the data are nobody's harm.
        let fair = "FF;" + String(repeating: "a", count: 200) + "\r\n" + String(repeating: "x", count: 255) + "\r\n"
        let bytes = Array((chunked + String(repeating: fair, count: 200) + "0\r\n\r\n").utf8)
        #expect(Outcome(bytes, cutAt: 500).requests.first?.body.count == 200 * 255)
    }

    @Test("keeps query parameters that are not UTF-8, repaired, and drops those it cannot decode")
    func brokenQuery() {
        let request = HTTPRequest(method: "GET", target: "/x?a=%ff&b=%zz&%fe=1", headers: [:], body: [])
        #expect(request.query.map { "\($0.name)=\($0.value)" } == ["a=\u{FFFD}", "\u{FFFD}=1"])
    }

    @Test("gives its query decoded, in order")
    func query() {
        let request = HTTPRequest(method: "GET", target: "/a%20b?x=1&y=a%2Fb+c&flag&x=2&bad=%zz&=v")
        #expect(request.path == "/a%20b")
        #expect(request.query.map { "\($0.name)=\($0.value)" } == ["x=1", "y=a/b c", "flag=", "x=2", "=v"])
    }
}
