/// Reads label selectors, with the grammar and the complaints of an API server.
///
/// The words `in` and `notin` are operators after a key and ordinary words everywhere else, so `in in (in)` is a selector.
///
/// Source: `labels.Parse` in Kubernetes' `apimachinery`.
struct LabelSelectorParser {
    private enum Token: Equatable {
        case word, comma, not, equals, doubleEquals, notEquals, greater, less, open, close, end, wrong
    }

    private static let symbols: [String: Token] = [
        ",": .comma, "!": .not, "=": .equals, "==": .doubleEquals, "!=": .notEquals, ">": .greater, "<": .less,
        "(": .open, ")": .close,
    ]

    private var tokens: [(kind: Token, text: String)] = []
    private var position = 0

    init(_ text: String) {
        tokens = Self.tokens(of: Array(text.utf8))
    }

    mutating func parse() throws(SelectorError) -> [LabelSelector.Requirement] {
        var requirements: [LabelSelector.Requirement] = []
        while true {
            switch peek.kind {
            case .end:
                break
            case .word, .not:
                do {
                    requirements.append(try requirement())
                } catch {
                    throw SelectorError("unable to parse requirement: \(error.description)")
                }
                let separator = next()
                if separator.kind == .end { break }
                guard separator.kind == .comma else {
                    throw SelectorError("found '\(separator.text)', expected: ',' or 'end of string'")
                }
                guard peek.kind == .word || peek.kind == .not else {
                    throw SelectorError("found '\(peek.text)', expected: identifier after ','")
                }
                continue
            default:
                throw SelectorError("found '\(peek.text)', expected: !, identifier, or 'end of string'")
            }
            // Sorted by key, stably, as the server normalizes it.
            return requirements.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }
                .map(\.element)
        }
    }

    private var peek: (kind: Token, text: String) {
        position < tokens.count ? tokens[position] : (.end, "")
    }

    private mutating func next() -> (kind: Token, text: String) {
        defer { position += 1 }
        return peek
    }

    private mutating func requirement() throws(SelectorError) -> LabelSelector.Requirement {
        var token = next()
        let isNegated = token.kind == .not
        if isNegated { token = next() }
        guard token.kind == .word else { throw SelectorError("found '\(token.text)', expected: identifier") }
        let key = token.text
        try check(key, NameRules.labelKeyProblems(key), path: "<nil>")
        if isNegated || peek.kind == .end || peek.kind == .comma {
            return LabelSelector.Requirement(key: key, condition: isNegated ? .doesNotExist : .exists)
        }

        let sign = next()
        switch (sign.kind, sign.text) {
        case (.word, "in"): return .init(key: key, condition: .isIn(try values(of: key)))
        case (.word, "notin"): return .init(key: key, condition: .notIn(try values(of: key)))
        case (.equals, _), (.doubleEquals, _): return .init(key: key, condition: .equals(try value(of: key)))
        case (.notEquals, _): return .init(key: key, condition: .notEquals(try value(of: key)))
        case (.greater, _): return .init(key: key, condition: .greaterThan(try integer(of: key)))
        case (.less, _): return .init(key: key, condition: .lessThan(try integer(of: key)))
        default: throw SelectorError("found '\(sign.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func value(of key: String) throws(SelectorError) -> String {
        // Nothing at all is the empty value: `a=,b=c`.
        if peek.kind == .end || peek.kind == .comma { return "" }
        let token = next()
        guard token.kind == .word else { throw SelectorError("found '\(token.text)', expected: identifier") }
        try check(token.text, NameRules.labelValueProblems(token.text), path: "values[0][\(key)]")
        return token.text
    }

    private mutating func integer(of key: String) throws(SelectorError) -> Int64 {
        let text = try value(of: key)
        guard let number = Int64(text) else {
            throw SelectorError(
                "values[0]: Invalid value: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer"
            )
        }
        return number
    }

    /// A set such as `(x,y)`; every gap between commas is the empty value.
    private mutating func values(of key: String) throws(SelectorError) -> [String] {
        let open = next()
        guard open.kind == .open else { throw SelectorError("found '\(open.text)' expected: '('") }
        guard [.word, .comma, .close].contains(peek.kind) else {
            throw SelectorError("found '\(peek.text)', expected: ',', ')' or identifier")
        }
        var values: Set<String> = []
        var expectsValue = true
        while true {
            let token = next()
            switch token.kind {
            case .word where expectsValue:
                values.insert(token.text)
                expectsValue = false
            case .comma:
                if expectsValue { values.insert("") }
                expectsValue = true
            case .close:
                if expectsValue { values.insert("") }
                let sorted = values.sorted()
                for (index, value) in sorted.enumerated() {
                    try check(value, NameRules.labelValueProblems(value), path: "values[\(index)][\(key)]")
                }
                return sorted
            default:
                let expected = expectsValue ? "',', or identifier" : "',' or ')'"
                throw SelectorError("found '\(token.text)', expected: \(expected)")
            }
        }
    }

    private func check(_ text: String, _ problems: [String], path: String) throws(SelectorError) {
        guard !problems.isEmpty else { return }
        throw SelectorError("\(path): Invalid value: \"\(text)\": \(problems.joined(separator: "; "))")
    }

    private static func tokens(of bytes: [UInt8]) -> [(kind: Token, text: String)] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        func isSymbol(_ byte: UInt8) -> Bool { "=!(),><".utf8.contains(byte) }
        var tokens: [(kind: Token, text: String)] = []
        var index = 0
        while index < bytes.count {
            if isSpace(bytes[index]) {
                index += 1
                continue
            }
            let start = index
            if isSymbol(bytes[index]) {
                // The longest symbol wins: `==` before `=`.
                let two = String(decoding: bytes[start..<min(start + 2, bytes.count)], as: UTF8.self)
                let one = String(decoding: bytes[start...start], as: UTF8.self)
                let text = symbols[two] != nil ? two : one
                tokens.append((symbols[text] ?? .wrong, text))
                index += text.utf8.count
            } else {
                while index < bytes.count, !isSpace(bytes[index]), !isSymbol(bytes[index]) { index += 1 }
                tokens.append((.word, String(decoding: bytes[start..<index], as: UTF8.self)))
            }
        }
        return tokens
    }
}
