import JSON
import Testing

/// Strings are looked at sixteen bytes at a time, so what matters is where in them something unusual stands, and how much
/// text comes behind.
@Suite("Strings in a text")
struct StringTests {
    /// What can stand in a string, and what it is read as; `nil` for what cannot.
    private static let pieces: [(text: [UInt8], value: String?)] = [
        (Array("x".utf8), "x"), (Array("é".utf8), "é"), (Array("😀".utf8), "😀"), (Array("\u{7F}".utf8), "\u{7F}"),
        (Array(#"\""#.utf8), "\""), (Array(#"\\"#.utf8), "\\"), (Array(#"\u00e9"#.utf8), "é"),
        (Array(#"\ud83d\ude00"#.utf8), "😀"), ([0x1F], nil), ([0x00], nil), ([0x80], nil), ([0xC3], nil), ([0xFF], nil),
        (Array(#"\x"#.utf8), nil), (Array(#"\u12"#.utf8), nil),
    ]

    @Test("are read whatever stands where in them", arguments: 0...40)
    func anyPlace(before: Int) throws {
        for after in [0, 1, 7, 8, 15, 16, 17, 33] {
            for piece in Self.pieces {
                let (head, tail) = (String(repeating: "a", count: before), String(repeating: "z", count: after))
                let string = [UInt8(ascii: "\"")] + Array(head.utf8) + piece.text + Array((tail + "\"").utf8)
                try check(string, piece.value.map { head + $0 + tail })
            }
        }
    }

    /// As a value and as a name, kept and omitted, with text behind it and without.
    private func check(_ string: [UInt8], _ value: String?) throws {
        let name = Array("{".utf8) + string + Array(":1}".utf8)
        let member = Array(#"{"omitted":"#.utf8) + string + Array(#","kept":true}"#.utf8)
        guard let value else {
            for text in [string, name, member] { #expect(throws: JSONError.self) { try JSONValue(parsing: text) } }
            let kept = #expect(throws: JSONError.self) { try JSONValue(parsing: member) }
            let omitted = #expect(throws: JSONError.self) {
                try JSONValue(parsing: member, omitting: JSONOmissions([["omitted"]]))
            }
            #expect(kept == omitted)
            return
        }
        #expect(try JSONValue(parsing: string) == .string(value))
        #expect(try JSONValue(parsing: name).objectValue?.keys.map { Array($0.utf8) } == [Array(value.utf8)])
        #expect(try JSONValue(parsing: member)["omitted"] == .string(value))
        let rest = try JSONValue(parsing: member, omitting: JSONOmissions([["omitted"]]))
        #expect(rest.text() == #"{"kept":true}"#)
    }
}
