import Testing

@testable import HTTP

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

@Suite("The Date field")
struct HTTPDateTests {
    @Test("is written as RFC 9110 shows it")
    func date() {
        #expect(String(decoding: HTTPDate.format(784_111_777), as: UTF8.self) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
