import Glibc
import JSON
import Logging

/// One record of a log, ready to be written.
///
/// Messages and values may hold anything a client sent: they are escaped so that a record stays one line, and cut so that
/// one request cannot fill a disk.
struct LogRecord {
    var time = LogRecord.now()
    var label: String
    var level: Logger.Level
    var message: String
    var metadata: Logger.Metadata

    /// Most bytes of a message or a value.
    static let valueLimit = 4096

    /// The record for people, without a line break.
    var text: String {
        let pairs = metadata.sorted { $0.key < $1.key }.map { key, value in
            " \(printable(key))=\(Self.quoted(Self.cut("\(value)")))"
        }
        return "\(time) \(level) \(printable(label)): \(printable(Self.cut(message)))\(pairs.joined())"
    }

    /// The record as a JSON object with a line break: `ts`, `level`, `logger`, `msg`, then the metadata.
    var json: [UInt8] {
        var object: JSONObject = [
            "ts": .string(time), "level": .string(level.rawValue), "logger": .string(label),
            "msg": .string(Self.cut(message)),
        ]
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            object[object[key] == nil ? key : "metadata.\(key)"] = Self.value(value)
        }
        return JSONValue.object(object).serialized() + [UInt8(ascii: "\n")]
    }

    private static func value(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): return .string(cut(text))
        case .stringConvertible(let value): return .string(cut("\(value)"))
        case .array(let values): return .array(values.map { self.value($0) })
        case .dictionary(let values):
            var object = JSONObject()
            for (key, member) in values.sorted(by: { $0.key < $1.key }) { object[key] = self.value(member) }
            return .object(object)
        }
    }

    /// A value that a reader can tell from what comes after it.
    private static func quoted(_ text: String) -> String {
        let printed = printable(text)
        let isPlain = !printed.isEmpty && !printed.utf8.contains { $0 == 0x20 || $0 == UInt8(ascii: "\"") }
        return isPlain
            ? printed
            : "\"\(printed.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\""))\""
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > valueLimit else { return text }
        // Within a character, the bytes that are left of it become a replacement character.
        return String(decoding: text.utf8.prefix(valueLimit), as: UTF8.self) + "…"
    }

    /// The time to the microsecond, as RFC 3339 writes it, in UTC.
    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        var buffer = [CChar](repeating: 0, count: 40)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        let digits = "\(time.tv_nsec / 1000)"
        let padding = String(repeating: "0", count: max(0, 6 - digits.utf8.count))
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            + ".\(padding)\(digits)Z"
    }
}
