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

    /// The line cut to `columns`, with escape sequences where it is coloured, and without trailing space.
    func rendered(columns: Int, colored: Bool) -> String {
        var result = ""
        var room = columns
        for (text, style) in spans where room > 0 {
            let part = Text.fitted(text, to: room)
            room -= Text.width(part)
            if part != text { room = 0 }
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
