/// The random numbers of a suggestion: a sequence fixed by a seed and a stream number.
///
/// A job's trial *i* draws from stream *i* of the job's seed, so its values do not depend on how many numbers
/// earlier trials used, on how trials were batched, or on a restart in between.
///
/// **The sequence never changes between releases.** Reproducing an old job depends on it, so everything that leads
/// from bits to a value is defined here rather than in the standard library, whose algorithms may change:
///
/// - the generator is xoshiro256** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", ACM TOMS
///   47(4), 2021; period 2^256 − 1);
/// - its four words of state are the first four outputs of SplitMix64 started at
///   `mix(mix(seed + γ) + stream·γ)`, where `mix` and γ = 0x9E3779B97F4A7C15 are SplitMix64's own. For one seed,
///   different streams always start differently, because every step is a bijection;
/// - `unit()` and `below(_:)` state their method.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
    /// The seed the sequence began with: the same for all trials of a job, for what they must agree on.
    public let seed: UInt64
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// Starts a sequence.
    ///
    /// - Parameters:
    ///   - seed: The job's seed; any value.
    ///   - stream: Which of the seed's sequences: the index of the trial.
    public init(seed: UInt64, stream: Int = 0) {
        self.seed = seed
        let gamma: UInt64 = 0x9E37_79B9_7F4A_7C15
        let key = SplitMix64.mix(seed &+ gamma) &+ UInt64(truncatingIfNeeded: stream) &* gamma
        var words = SplitMix64(state: SplitMix64.mix(key))
        state = (words.next(), words.next(), words.next(), words.next())
    }

    /// Continues from a state that is not all zero; for comparison with the reference implementation.
    init(state: (UInt64, UInt64, UInt64, UInt64)) {
        seed = 0
        self.state = state
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        let result = SeededGenerator.rotate(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = SeededGenerator.rotate(state.3, by: 45)
        return result
    }

    /// A number from 0 up to but not including 1: a multiple of 2^-53, each equally likely.
    public mutating func unit() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A whole number from 0 up to but not including `bound`, each exactly equally likely.
    ///
    /// Source: Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1), 2019 (multiply, and draw
    /// again in the few cases that would favour small results).
    ///
    /// - Parameter bound: 1 or more; 0 is answered with 0.
    public mutating func below(_ bound: UInt64) -> UInt64 {
        guard bound > 1 else { return 0 }
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let unfair = (0 &- bound) % bound
            while product.low < unfair {
                product = next().multipliedFullWidth(by: bound)
            }
        }
        return product.high
    }

    /// A whole number from 0 to `last`, both included, each exactly equally likely.
    mutating func upTo(_ last: UInt64) -> UInt64 {
        last == .max ? next() : below(last + 1)
    }

    private static func rotate(_ word: UInt64, by count: UInt64) -> UInt64 {
        (word << count) | (word >> (64 - count))
    }

    /// Equal when the rest of both sequences is the same.
    public static func == (left: SeededGenerator, right: SeededGenerator) -> Bool {
        left.state == right.state
    }
}

extension SeededGenerator {
    /// A seed made from a text, for a job that names none: its UID gives every job its own sequence, and the same
    /// job the same one after a restart.
    ///
    /// FNV-1a over the UTF-8 bytes, 64 bits wide (draft-eastlake-fnv). Fixed between releases like the sequence.
    public static func seed(from text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return hash
    }
}
