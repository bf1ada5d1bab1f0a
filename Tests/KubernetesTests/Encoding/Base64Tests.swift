import Testing

@testable import Kubernetes

@Suite("Base 64")
struct Base64Tests {
    private static let vectors = zip(
        ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
        ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
    )

    @Test("is written and read as RFC 4648 has it", arguments: vectors)
    func bothWays(_ text: String, _ encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test("may be broken into lines")
    func lines() {
        #expect(Base64.decode("Zm9v\r\nYmFy\n") == Array("foobar".utf8))
    }

    @Test(
        "is refused when it cannot be any",
        arguments: ["Z", "Zg", "Zg=", "Zg===", "Zm9v====", "Zm9v!", "Z===", "=Zg="]
    )
    func refused(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
