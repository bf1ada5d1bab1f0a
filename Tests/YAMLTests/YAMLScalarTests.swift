import JSON
import Testing

@testable import YAML

@Suite("A plain YAML scalar")
struct YAMLScalarTests {
    @Test(
        "is a number whose text is kept when JSON has the same text",
        arguments: [
            "0", "-0", "12", "-3", "0.10", "1e-5", "1E+16", "12345678901234567890123", "0.1000000000000000000001",
        ]
    )
    func keptNumber(_ text: String) {
        #expect(YAMLScalar(plain: text) == JSONNumber(text: text).map { .number($0) })
    }

    @Test(
        "is a number spelled anew when JSON would not take its text",
        arguments: [
            ("+1", "1"), (".5", "0.5"), ("-.5", "-0.5"), ("1.", "1"), ("1_000", "1000"), ("0x1F", "31"),
            ("-0x10", "-16"),
            ("0o17", "15"), ("017", "15"), ("0b101", "5"), ("-0b101", "-5"), ("09", "9"), ("00.50", "0.50"),
            ("+.5e3", "0.5e3"),
            ("1.e2", "1e2"), ("1e+05", "1e+05"), ("0x_ff", "255"), ("18446744073709551615", "18446744073709551615"),
        ]
    )
    func normalisedNumber(_ text: String, _ expected: String) {
        #expect(YAMLScalar(plain: text) == JSONNumber(text: expected).map { .number($0) })
    }

    @Test(
        "is text when it only looks like a number",
        arguments: [
            "1.2.3", "1e", "0x", "0xg", "0b2", "-", "+", ".", "..5", "1 2", "2026-08-21", "12:30", "1e400", "--1",
            "+-1", "0x-1",
            "._5", "e5", "1a", "0o8", "_1", "-_", "1-2", "\u{0661}",
        ]
    )
    func text(_ text: String) {
        #expect(YAMLScalar(plain: text) == .string)
    }

    @Test(
        "is a boolean in every spelling of YAML 1.1",
        arguments: [("yes", true), ("Off", false), ("y", true), ("NO", false)]
    )
    func boolean(_ text: String, _ expected: Bool) {
        #expect(YAMLScalar(plain: text) == .bool(expected))
    }

    @Test("is null when it is empty, a tilde or the word", arguments: ["", "~", "null", "Null", "NULL"])
    func null(_ text: String) {
        #expect(YAMLScalar(plain: text) == .null)
    }

    @Test("is text when the word is in another case", arguments: ["nULL", "tRUE", "yEs", "oN", "nan", "inf"])
    func otherCase(_ text: String) {
        #expect(YAMLScalar(plain: text) == .string)
    }

    @Test("is recognised when JSON has no such number", arguments: [".nan", ".Inf", "-.inf", "+.INF"])
    func notFinite(_ text: String) {
        #expect(YAMLScalar(plain: text) == .notFinite)
    }
}
