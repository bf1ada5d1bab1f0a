/// Families of problems by name, for the command line and for other tuners.
extension Problems {
    /// The problems that words name: `drawn A B`, `suite FOLDER` or `textbook`; none for others.
    static func family(_ words: some Sequence<String>) -> [Problem] {
        let words = Array(words)
        switch (words.first, words.count) {
        case ("textbook", 1): return textbook
        case ("suite", 2): return suite(tables: words[1])
        case ("drawn", 3):
            guard let first = Int(words[1]), let end = Int(words[2]), first <= end else { return [] }
            return drawn(in: first..<end)
        default: return []
        }
    }
}
