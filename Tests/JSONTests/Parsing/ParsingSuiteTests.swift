import JSON
import Testing

/// The public parsing test suite: `y_` must be accepted, `n_` must be refused, and for `i_` RFC 8259 leaves it open;
/// what ours does with each of those is stated here.
@Suite("The public parsing test suite")
struct ParsingSuiteTests {
    @Test("is all there")
    func complete() {
        #expect(Fixtures.names(in: "parsing").count == 318)
    }

    @Test("valid texts are accepted", arguments: Fixtures.names(in: "parsing").filter { $0.hasPrefix("y_") })
    func valid(_ name: String) throws {
        let bytes = try Fixtures.bytes("parsing/" + name)
        let value = try JSONValue(parsing: bytes)
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try JSONValue(parsing: value.serialized(.pretty)) == value)
    }

    @Test("invalid texts are refused", arguments: Fixtures.names(in: "parsing").filter { $0.hasPrefix("n_") })
    func invalid(_ name: String) throws {
        let bytes = try Fixtures.bytes("parsing/" + name)
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    /// Numbers of any size are accepted, because the text is kept and nothing is lost.
    /// Lone surrogates are refused, because no Unicode string (and no UTF-8 answer) can hold them.
    /// Bytes that are not UTF-8 are refused, because replacing them would change what the sender wrote; UTF-16 too.
    /// A byte order mark is refused: RFC 8259 §8.1 forbids sending one, and Go's decoder refuses it.
    /// 500 nested arrays are within the default limit of 512.
    static let open: [(name: String, isAccepted: Bool)] = [
        ("i_number_double_huge_neg_exp.json", true),
        ("i_number_huge_exp.json", true),
        ("i_number_neg_int_huge_exp.json", true),
        ("i_number_pos_double_huge_exp.json", true),
        ("i_number_real_neg_overflow.json", true),
        ("i_number_real_pos_overflow.json", true),
        ("i_number_real_underflow.json", true),
        ("i_number_too_big_neg_int.json", true),
        ("i_number_too_big_pos_int.json", true),
        ("i_number_very_big_negative_int.json", true),
        ("i_object_key_lone_2nd_surrogate.json", false),
        ("i_string_1st_surrogate_but_2nd_missing.json", false),
        ("i_string_1st_valid_surrogate_2nd_invalid.json", false),
        ("i_string_UTF-16LE_with_BOM.json", false),
        ("i_string_UTF-8_invalid_sequence.json", false),
        ("i_string_UTF8_surrogate_U+D800.json", false),
        ("i_string_incomplete_surrogate_and_escape_valid.json", false),
        ("i_string_incomplete_surrogate_pair.json", false),
        ("i_string_incomplete_surrogates_escape_valid.json", false),
        ("i_string_invalid_lonely_surrogate.json", false),
        ("i_string_invalid_surrogate.json", false),
        ("i_string_invalid_utf-8.json", false),
        ("i_string_inverted_surrogates_U+1D11E.json", false),
        ("i_string_iso_latin_1.json", false),
        ("i_string_lone_second_surrogate.json", false),
        ("i_string_lone_utf8_continuation_byte.json", false),
        ("i_string_not_in_unicode_range.json", false),
        ("i_string_overlong_sequence_2_bytes.json", false),
        ("i_string_overlong_sequence_6_bytes.json", false),
        ("i_string_overlong_sequence_6_bytes_null.json", false),
        ("i_string_truncated-utf-8.json", false),
        ("i_string_utf16BE_no_BOM.json", false),
        ("i_string_utf16LE_no_BOM.json", false),
        ("i_structure_500_nested_arrays.json", true),
        ("i_structure_UTF-8_BOM_empty_object.json", false),
    ]

    @Test("every open case is decided")
    func openCasesAreListed() {
        #expect(Self.open.map(\.name).sorted() == Fixtures.names(in: "parsing").filter { $0.hasPrefix("i_") })
    }

    @Test("open cases are decided as stated", arguments: open)
    func openCase(_ name: String, isAccepted: Bool) throws {
        let bytes = try Fixtures.bytes("parsing/" + name)
        if isAccepted {
            let value = try JSONValue(parsing: bytes)
            let withoutSpace = bytes.filter { !" \n\r\t".utf8.contains($0) }
            #expect(value.serialized() == withoutSpace, "the numbers come back as they came")
        } else {
            #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        }
    }
}
