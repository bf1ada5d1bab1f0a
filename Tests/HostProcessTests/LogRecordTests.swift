import JSON
import Logging
import Testing

@testable import HostProcess

@Suite("A record of the log")
struct LogRecordTests {
    private static let hostile = "a\nlevel=info\u{1B}[2J\u{2028}\u{0}\"b\\"

    private func record(_ message: String, _ metadata: Logger.Metadata = [:]) -> LogRecord {
        LogRecord(time: "T", label: "part", level: .warning, message: message, metadata: metadata)
    }

    @Test("is one line of keys and values for people")
    func text() {
        let record = record("denied", ["name": "a b", "uid": "7", "empty": "", "quote": "x\"y"])
        #expect(record.text == #"T warning part: denied empty="" name="a b" quote="x\"y" uid=7"#)
    }

    @Test("is a JSON object with the keys ts, level, logger and msg, and metadata of any shape")
    func json() throws {
        let record = record("denied", ["uid": "7", "list": ["a", ["k": "v"]], "number": .stringConvertible(5)])
        let bytes = record.json
        #expect(bytes.last == UInt8(ascii: "\n"))
        let expected: JSONValue = [
            "ts": "T", "level": "warning", "logger": "part", "msg": "denied", "list": ["a", ["k": "v"]],
            "number": "5", "uid": "7",
        ]
        #expect(try JSONValue(parsing: bytes) == expected)
    }

    @Test("stays one line whatever a client sent")
    func hostileText() throws {
        let record = record(Self.hostile, ["x": .string(Self.hostile), "k\n": "v"])
        #expect(
            !record.text.unicodeScalars.contains { $0 == "\n" || $0 == "\u{2028}" || $0 == "\u{1B}" || $0 == "\u{0}" }
        )
        let lines = record.json.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 1)
        #expect(try JSONValue(parsing: record.json)["x"]?.stringValue == Self.hostile)
    }

    @Test("does not let metadata take the place of what every record has")
    func reservedKeys() throws {
        let value = try JSONValue(parsing: record("real", ["msg": "forged", "level": "trace"]).json)
        #expect(value["msg"] == "real")
        #expect(value["level"] == "warning")
        #expect(value["metadata.msg"] == "forged")
    }

    @Test("cuts what is too long")
    func long() {
        let record = record("m", ["x": .string(String(repeating: "é", count: 100_000))])
        #expect(record.text.utf8.count < LogRecord.valueLimit + 100)
        #expect(record.json.count < LogRecord.valueLimit + 100)
    }
}
