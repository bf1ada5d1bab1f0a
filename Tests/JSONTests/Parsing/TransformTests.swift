import JSON
import Testing

/// Texts whose meaning differs between parsers; what ours makes of each.
@Suite("Texts that parsers disagree about")
struct TransformTests {
    /// A file, and the compact text it becomes; `nil` where it is refused.
    static let cases: [(name: String, text: String?)] = [
        // Numbers keep their text, whatever their size.
        ("number_-9223372036854775808.json", "[-9223372036854775808]"),
        ("number_-9223372036854775809.json", "[-9223372036854775809]"),
        ("number_1.0.json", "[1.0]"),
        ("number_1.000000000000000005.json", "[1.000000000000000005]"),
        ("number_1000000000000000.json", "[1000000000000000]"),
        ("number_10000000000000000999.json", "[10000000000000000999]"),
        ("number_1e-999.json", "[1E-999]"),
        ("number_1e6.json", "[1E6]"),
        ("number_9223372036854775807.json", "[9223372036854775807]"),
        ("number_9223372036854775808.json", "[9223372036854775808]"),
        // Names are compared by bytes: composed and decomposed "é" are two members.
        ("object_key_nfc_nfd.json", "{\"\u{E9}\":\"NFC\",\"e\u{301}\":\"NFD\"}"),
        ("object_key_nfd_nfc.json", "{\"e\u{301}\":\"NFD\",\"\u{E9}\":\"NFC\"}"),
        // Of several members with one name, the last value takes the first one's place.
        ("object_same_key_different_values.json", #"{"a":2}"#),
        ("object_same_key_same_value.json", #"{"a":1}"#),
        ("object_same_key_unclear_values.json", #"{"a":-0}"#),
        // No Unicode string holds half a surrogate pair.
        ("string_1_escaped_invalid_codepoint.json", nil),
        ("string_1_invalid_codepoint.json", nil),
        ("string_2_escaped_invalid_codepoints.json", nil),
        ("string_2_invalid_codepoints.json", nil),
        ("string_3_escaped_invalid_codepoints.json", nil),
        ("string_3_invalid_codepoints.json", nil),
        ("string_with_escaped_NULL.json", #"["A\u0000B"]"#),
    ]

    @Test("every one is decided")
    func complete() {
        #expect(Self.cases.map(\.name).sorted() == Fixtures.names(in: "transform"))
    }

    @Test("come out as stated", arguments: cases)
    func outcome(_ name: String, _ text: String?) throws {
        let bytes = try Fixtures.bytes("transform/" + name)
        if let text {
            #expect(try JSONValue(parsing: bytes).serialized() == Array(text.utf8))
        } else {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }
}
