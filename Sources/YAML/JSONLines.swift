import JSON

/// Finds the line of every field of a JSON text.
///
/// The text has been parsed already, so this only walks over it, and never reads past its end.
struct JSONLines {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var source = SourceMap()
    private var values = 0

    /// The lines of a well-formed JSON text.
    ///
    /// - Throws: a problem when an object names the same key twice, since only one of the two could count, or when there
    ///   are more values than a YAML document may have.
    static func read(_ text: String) throws(YAMLProblem) -> SourceMap {
        var lines = JSONLines(bytes: Array(text.utf8))
        lines.skipSpace()
        try lines.note([], line: lines.line)
        try lines.skipValue(at: [])
        return lines.source
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func note(_ path: [String], line: Int) throws(YAMLProblem) {
        values += 1
        guard values <= YAMLDocuments.Limits.values else {
            throw YAMLProblem(line: line, message: YAMLDocuments.Limits.excess)
        }
        source.note(path, line: line)
    }

    private mutating func skipValue(at path: [String]) throws(YAMLProblem) {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"):
            advance()
            var names: Set<String> = []
            while true {
                skipSpace()
                guard current == UInt8(ascii: "\"") else { break }
                let keyLine = line
                let name = string()
                guard names.insert(name).inserted else {
                    throw YAMLProblem(line: keyLine, message: "duplicate key in the same mapping: \"\(name)\"")
                }
                try note(path + [name], line: keyLine)
                skipSpace()
                advance()  // the colon
                try skipValue(at: path + [name])
                skipSpace()
                guard current == UInt8(ascii: ",") else { break }
                advance()
            }
            advance()
        case UInt8(ascii: "["):
            advance()
            var position = 0
            while true {
                skipSpace()
                guard let byte = current, byte != UInt8(ascii: "]") else { break }
                try note(path + [String(position)], line: line)
                try skipValue(at: path + [String(position)])
                position += 1
                skipSpace()
                guard current == UInt8(ascii: ",") else { break }
                advance()
            }
            advance()
        case UInt8(ascii: "\""): _ = string()
        default:
            while let byte = current, !Self.isSpace(byte), !",]}".utf8.contains(byte) { advance() }
        }
    }

    /// Passes over a string and returns its value.
    private mutating func string() -> String {
        let start = index
        advance()
        while let byte = current, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") { advance() }
            advance()
        }
        advance()
        let literal = Array(bytes[start..<min(index, bytes.count)])
        return (try? JSONValue(parsing: literal))?.stringValue ?? String(decoding: literal, as: UTF8.self)
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func advance() {
        if current == UInt8(ascii: "\n") { line += 1 }
        index = min(index + 1, bytes.count)
    }

    private mutating func skipSpace() {
        while let byte = current, Self.isSpace(byte) { advance() }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
            || byte == UInt8(ascii: "\n")
    }
}
