/// A 64-bit generator with 64 bits of state, used to turn seeds into well-mixed words.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, in the variant of
/// Vigna's `splitmix64.c` (public domain).
struct SplitMix64 {
    var state: UInt64

    /// Moves the state on and returns it mixed.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SplitMix64.mix(state)
    }

    /// Spreads every bit of `word` over the whole result; a bijection.
    static func mix(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
