import Glibc
import HostProcess

/// How numbers, times and text of unknown content are shown on a line.
enum Text {
    /// `0:07`, `12:30`, `3:05:00`.
    static func clock(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        let tail = (seconds % 60).padded
        if seconds < 3600 { return "\(seconds / 60):\(tail)" }
        return "\(seconds / 3600):\((seconds / 60 % 60).padded):\(tail)"
    }

    /// `0.8s`, `12.3s`, then as a clock.
    static func short(_ duration: Duration) -> String {
        let tenths = duration.components.seconds * 10 + duration.components.attoseconds / 100_000_000_000_000_000
        guard tenths >= 0, tenths < 600 else { return clock(duration) }
        return "\(tenths / 10).\(tenths % 10)s"
    }

    /// A number in at most five significant digits; any other text unchanged.
    static func number(_ text: String) -> String {
        guard text.utf8.count > 6, let value = Double(text), value.isFinite else { return printable(text) }
        var buffer = [CChar](repeating: 0, count: 32)
        let length = withVaList([value]) { vsnprintf(&buffer, buffer.count, "%.5g", $0) }
        guard length > 0, length < buffer.count else { return printable(text) }
        let shortened = String(decoding: buffer[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return shortened.utf8.count < text.utf8.count ? shortened : printable(text)
    }

    /// The lines of a text, without empty ones.
    static func lines(_ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }.map(String.init)
    }

    /// A text of several lines in one: the first, which says what it is about, and of the last few the one that names an
    /// exception, as the last of a traceback does, or else the last. A rule of signs says nothing.
    static func onOneLine(_ text: String) -> String {
        let lines = lines(text).map(printable)
        guard let first = lines.first, lines.count > 1 else { return lines.first ?? "" }
        let rest = lines.dropFirst()
        let last =
            rest.suffix(6).last(where: namesException) ?? rest.last(where: saysSomething) ?? lines[lines.count - 1]
        return lines.count == 2 ? "\(first) \(last)" : "\(first) … \(last)"
    }

    /// Whether a line is the last of a Python traceback, perhaps with the rank that PyTorch puts before it.
    private static func namesException(_ line: String) -> Bool {
        line.contains(/^(\[rank\d+\]: )?[A-Za-z_][\w.]*(Error|Exception|Interrupt)(:|$)/)
    }

    private static func saysSomething(_ line: String) -> Bool {
        line.contains { $0.isLetter || $0.isNumber }
    }

    /// The columns a text takes on a terminal.
    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// Cuts a text to `columns`, marking the cut with `…`.
    static func fitted(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var result = ""
        var used = 0
        for character in text {
            let next = width(character)
            guard used + next <= columns - 1 else { break }
            used += next
            result.append(character)
        }
        return result + "…"
    }

    /// Fills a text with spaces up to `columns`.
    static func padded(_ text: String, to columns: Int, alignRight: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, columns - width(text)))
        return alignRight ? space + text : text + space
    }

    /// The rows of a table with their columns one below the other, two spaces apart; no spaces at the end of a line.
    ///
    /// - Parameter rows: At least one; as many cells in each.
    static func columns(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.reduce(0) { max($0, width($1[column])) } }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                column + 1 == row.count ? cell.0 : padded(cell.0, to: cell.1)
            }.joined(separator: "  ")
        }
    }

    /// `1 trial`, `2 trials`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// East Asian wide characters and emoji take two columns.
    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first, scalar.value >= 0x1100 else { return 1 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

extension Int64 {
    /// At least two digits.
    fileprivate var padded: String { self < 10 ? "0\(self)" : "\(self)" }
}
