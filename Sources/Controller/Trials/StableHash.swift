import Search

/// A hash that is the same in every process, on every machine and in every release.
///
/// Swift's `Hasher` is seeded anew in each process, so nothing that is written down or must survive a restart
/// may come from it. The text is hashed as seeds are, by functions that never change between releases.
enum StableHash {
    /// Eight characters of `a-z2-7`, 40 bits: enough that two of a namespace's long names never meet, and
    /// valid anywhere in a DNS label.
    static func suffix(of text: String) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        var generator = SeededGenerator(seed: SeededGenerator.seed(from: text))
        var hash = generator.next()
        var characters = ""
        for _ in 0..<8 {
            characters.append(alphabet[Int(hash & 31)])
            hash >>= 5
        }
        return characters
    }
}
