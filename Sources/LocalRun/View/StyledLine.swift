/// The few ways text stands out.
enum TextStyle: Sendable, Equatable {
    case plain, strong, faint, good, bad

    /// The SGR parameters of ECMA-48, section 8.3.117.
    fileprivate var parameters: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .bad: "31"
        }
    }
}

/// A line of text in parts, each with a style of its own, so that a line is cut and measured before it is coloured.
struct StyledLine: Sendable, Equatable {
    private(set) var spans: [(text: String, style: TextStyle)] = []

    static func == (a: StyledLine, b: StyledLine) -> Bool {
        a.spans.elementsEqual(b.spans) { $0 == $1 }
    }

    mutating func append(_ text: String, _ style: TextStyle = .plain) {
        spans.append((text, style))
    }

    mutating func append(_ line: StyledLine) {
        spans += line.spans
    }

    /// The columns it takes, space at its end not counted.
    var width: Int {
        let trailing = spans.last.map { $0.text.utf8.reversed().prefix { $0 == UInt8(ascii: " ") }.count } ?? 0
        return spans.reduce(0) { $0 + Text.width($1.text) } - trailing
    }

    /// Puts parts one behind the other, on as many lines as they need; a part stays whole, and goes on the next line,
    /// indented, when there is no room for it.
    static func wrapped(_ parts: [StyledLine], columns: Int) -> [StyledLine] {
        var lines: [StyledLine] = []
        var line = StyledLine()
        for part in parts {
            var longer = line
            longer.append(part)
            if longer.width > columns, line.width > 0 {
                lines.append(line)
                longer = StyledLine()
                longer.append("  ")
                longer.append(part)
            }
            line = longer
        }
        return lines + [line]
    }

    /// The line cut to `columns`, with escape sequences where it is coloured, and without trailing space.
    func rendered(columns: Int, colored: Bool) -> String {
        var result = ""
        var room = columns
        var left = width
        for (text, style) in spans where room > 0 {
            // A cut between two parts is marked as well, in the last column of the part before it.
            let isLast = left > room && Text.width(text) >= room
            let part = Text.fitted(isLast ? text + " " : text, to: room)
            left -= Text.width(text)
            room = isLast ? 0 : room - Text.width(part)
            if colored, let parameters = style.parameters {
                result += "\u{1B}[\(parameters)m\(part)\u{1B}[0m"
            } else {
                result += part
            }
        }
        while result.last == " " { result.removeLast() }
        return result
    }
}
