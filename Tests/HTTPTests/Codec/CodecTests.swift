import Testing

@testable import HTTP

/// What a message comes to when its bytes arrive in two pieces, cut anywhere.
private func parse(
    _ text: String,
    cutAt cut: Int,
    limits: HTTPLimits = HTTPLimits()
) throws -> (head: RequestHead, body: [UInt8], rest: Int) {
    let bytes = Array(text.utf8)
    var collector = HeadCollector(limit: limits.headBytes)
    var head: RequestHead?
    var decoder: BodyDecoder?
    var body: [UInt8] = []
    var rest = 0
    for piece in [bytes[..<cut], bytes[cut...]] {
        try Array(piece).withUnsafeBytes { raw in
            var position = 0
            while position < raw.count {
                let input = UnsafeRawBufferPointer(rebasing: raw[position...])
                if decoder == nil {
                    let (taken, isComplete) = try collector.take(input)
                    position += taken
                    if isComplete {
                        let made = try RequestHead(collector, limits: limits)
                        head = made
                        decoder = try BodyDecoder(
                            BodyFraming.ofRequest(made.headers, isHTTP10: made.isHTTP10),
                            limit: limits.bodyBytes
                        )
                    }
                } else if decoder?.isComplete == true {
                    rest += input.count
                    position = raw.count
                } else {
                    position += try decoder?.decode(input, into: &body) ?? 0
                }
            }
        }
    }
    let complete = try #require(decoder)
    #expect(complete.isComplete)
    return (try #require(head), body, rest)
}

@Suite("A request")
struct RequestParsingTests {
    @Test(
        "reads the same wherever the network cuts it",
        arguments: [
            ("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/a?b=c", ""),
            ("\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "/", ""),
            ("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "POST", "/p", "hello"),
            (
                "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX: y\r\n\r\n",
                "POST", "/p", "hello world"
            ),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS", "*", ""),
            ("GET http://example.com/x?y HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET", "/x?y", ""),
            ("GET https://example.com HTTP/1.1\r\nHost: example.com\r\n\r\n", "GET", "/", ""),
            ("GET / HTTP/1.0\r\n\r\n", "GET", "/", ""),
        ]
    )
    func everyCut(text: String, method: String, target: String, body: String) throws {
        for cut in 0...text.utf8.count {
            let result = try parse(text, cutAt: cut)
            #expect(result.head.method == method)
            #expect(result.head.target == target)
            #expect(String(decoding: result.body, as: UTF8.self) == body)
            #expect(result.rest == 0)
        }
    }

    @Test(
        "that two readers could understand differently, or that is malformed, is refused wherever it is cut",
        arguments: [
            ("GET / HTTP/1.1\nHost: x\n\n", 400),
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nNoColon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\u{0}\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
            ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /ü HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("G@T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /\r\nHost: x\r\n\r\n", 400),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3, 3\r\n\r\nabc", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
            ("POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n", 413),
        ]
    )
    func refused(text: String, status: Int) {
        for cut in 0...text.utf8.count {
            #expect {
                _ = try parse(text, cutAt: cut)
            } throws: {
                ($0 as? HTTPParseError)?.status == status
            }
        }
    }

    @Test("over a limit is refused with the status for it")
    func limits() {
        let limits = HTTPLimits(headBytes: 100, fieldCount: 2, bodyBytes: 4)
        let cases = [
            ("GET /\(String(repeating: "a", count: 200)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: \(String(repeating: "a", count: 200))\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nC: d\r\n\r\n", 431),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\n", 413),
        ]
        for (text, status) in cases {
            #expect {
                _ = try parse(text, cutAt: 0, limits: limits)
            } throws: {
                ($0 as? HTTPParseError)?.status == status
            }
        }
    }

    @Test("takes no more than chunk extensions and trailers of a sensible size")
    func chunkAbuse() {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let long = String(repeating: "a", count: 10_000)
        for text in [head + "5;" + long, head + "0\r\n" + long, head + "0\r\nA: \(long)\r\n\r\n"] {
            for cut in stride(from: 0, to: text.utf8.count, by: 97) {
                #expect(throws: HTTPParseError.self) { _ = try parse(text, cutAt: cut) }
            }
        }
    }

    @Test("gives its query decoded, in order")
    func query() {
        let request = HTTPRequest(method: "GET", target: "/a%20b?x=1&y=a%2Fb+c&flag&x=2&bad=%zz&=v")
        #expect(request.path == "/a%20b")
        #expect(request.query.map { "\($0.name)=\($0.value)" } == ["x=1", "y=a/b c", "flag=", "x=2", "=v"])
    }
}

@Suite("Header fields")
struct HTTPFieldsTests {
    @Test("compare names without case and keep order and repetition")
    func access() {
        var fields: HTTPFields = ["Accept": "a", "X-One": "1", "accept": "b"]
        #expect(fields["ACCEPT"] == "a")
        #expect(fields.values(of: "accept") == ["a", "b"])
        fields["accept"] = "c"
        #expect(fields.values(of: "accept") == ["c"])
        fields["x-one"] = nil
        #expect(fields.count == 1)
        fields["New"] = "n"
        #expect(fields.map(\.name) == ["Accept", "New"])
    }

    @Test("find tokens in lists")
    func lists() {
        let fields: HTTPFields = ["Connection": "Keep-Alive,  Upgrade", "connection": "close"]
        #expect(fields.list("Connection", contains: "close"))
        #expect(fields.list("Connection", contains: "keep-alive"))
        #expect(!fields.list("Connection", contains: "alive"))
    }

    @Test("with a line break in a value are not written")
    func injection() {
        var output: [UInt8] = []
        MessageWriter.writeHead(
            status: 200,
            headers: ["A": "b\r\nEvil: yes", "C": "d"],
            framing: .length(0),
            closes: false,
            isHTTP10: false,
            into: &output
        )
        let text = String(decoding: output, as: UTF8.self)
        #expect(!text.contains("Evil"))
        #expect(text.contains("C: d\r\n"))
    }
}

@Suite("Gzip")
struct GzipTests {
    @Test("unpacks what it packed", arguments: [0, 1, 1000, 300_000])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
        #expect(try Gzip.decompress(Gzip.compress(bytes), limit: count) == bytes)
    }

    @Test("refuses what is cut short, damaged or too large once unpacked")
    func refusals() throws {
        let packed = try Gzip.compress([UInt8](repeating: 0, count: 1_000_000))
        #expect(throws: Gzip.Failure.tooLarge(limit: 999_999)) { try Gzip.decompress(packed, limit: 999_999) }
        for cut in [0, 1, 10, packed.count / 2, packed.count - 1] {
            #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(Array(packed[..<cut]), limit: 1 << 30) }
        }
        #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress([1, 2, 3], limit: 10) }
    }

    @Test("dates are written as RFC 9110 shows them")
    func date() {
        #expect(String(decoding: HTTPDate.format(784_111_777), as: UTF8.self) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
