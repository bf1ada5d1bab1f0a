/// Quotes words for a POSIX shell, so that a printed command can be pasted as it is.
enum ShellQuoting {
    /// One word: as it is when no shell would read anything into it, else in single quotes.
    ///
    /// Inside single quotes nothing is special but the quote itself (POSIX.1-2017, Shell Command Language, 2.2.2), so any
    /// text without NUL survives. Text with control characters becomes `$'…'`, which is visible on a terminal and which
    /// bash, zsh and POSIX.1-2024 understand.
    static func quote(_ word: String) -> String {
        let scalars = word.unicodeScalars
        guard let begin = scalars.firstIndex(of: referenceBegin),
            let end = scalars[begin...].firstIndex(of: referenceEnd)
        else { return quoteText(word) }
        let name = String(scalars[scalars.index(after: begin)..<end])
        let (before, after) = (String(scalars[..<begin]), String(scalars[scalars.index(after: end)...]))
        return (before.isEmpty ? "" : quoteText(before)) + (isName(name[...]) ? "\"$\(name)\"" : quoteText("<\(name)>"))
            + (after.isEmpty ? "" : quote(after))
    }

    /// What becomes the value of a variable of the shell, `"$NAME"`, when it is quoted, wherever in a word it stands. A name
    /// that no shell has is shown as `<NAME>`, for people to replace.
    static func reference(to name: String) -> String {
        "\(referenceBegin)\(name)\(referenceEnd)"
    }

    /// Around the name: the last characters there are, for private use.
    private static let referenceBegin: Unicode.Scalar = "\u{10FFFC}"
    private static let referenceEnd: Unicode.Scalar = "\u{10FFFD}"

    private static func quoteText(_ word: String) -> String {
        if !word.isEmpty, word.utf8.allSatisfy(isHarmless) { return word }
        if word.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "$'" + word.unicodeScalars.map(escaped).joined() + "'"
        }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A whole command.
    ///
    /// - Parameters:
    ///   - directory: Where to run it.
    ///   - environment: Variables set for it alone, as `NAME=value`. Those a shell cannot assign by itself go through `env`.
    ///   - arguments: The program and its arguments.
    static func command(in directory: String, environment: [String], arguments: [String]) -> String {
        let words = arguments.map(quote)
        guard !environment.isEmpty else { return "cd \(quote(directory)) && \(words.joined(separator: " "))" }
        let assignments = environment.map { variable in
            guard let separator = variable.firstIndex(of: "="), isName(variable[..<separator]) else {
                return quote(variable)
            }
            return variable[...separator] + quote(String(variable[variable.index(after: separator)...]))
        }
        // `env` rather than plain assignments: it takes any name, and any shell takes it.
        return "cd \(quote(directory)) && env \(assignments.joined(separator: " ")) \(words.joined(separator: " "))"
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        case "\\": "\\\\"
        case "'": "\\'"
        case _ where scalar.properties.generalCategory == .control:
            // Three octal digits for each byte, since they cannot run into the text that follows.
            String(scalar).utf8.map { "\\" + octal($0) }.joined()
        default: String(scalar)
        }
    }

    private static func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "@%_+=:,./-".utf8.contains(byte)
        }
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (isHarmless(byte) && !"@%+=:,./-".utf8.contains(byte))
        }
    }
}
