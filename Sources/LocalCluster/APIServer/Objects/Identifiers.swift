/// Makes names and uids.
///
/// The generator comes in from outside, so that a test can repeat a run.
struct Identifiers: Sendable {
    /// Letters and digits without the vowels and without 0, 1 and 3, so that no name spells a word.
    ///
    /// Source: `alphanums` in k8s.io/apimachinery/pkg/util/rand.
    private static let alphabet = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
    /// Characters appended to `generateName`.
    private static let suffixLength = 5
    /// What a generated name may be long at most, suffix included.
    private static let maximumLength = 63

    let random: @Sendable () -> UInt64

    /// From the system's generator.
    static let system = Identifiers {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// A name that begins with `prefix`, cut so that the random part fits.
    func name(prefix: String) -> String {
        var generator = Generator(random: random)
        let suffix = (0..<Self.suffixLength).map { _ in
            Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &generator)]
        }
        let room = Self.maximumLength - Self.suffixLength
        let kept = prefix.utf8.count <= room ? Array(prefix.utf8) : Array(prefix.utf8.prefix(room))
        return String(decoding: kept + suffix, as: UTF8.self)
    }

    /// A random UUID (RFC 9562 version 4).
    func uid() -> String {
        let high = random() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        var text: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func hex(_ value: UInt64) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return (0..<16).map { digits[Int(value >> (60 - 4 * UInt64($0)) & 15)] }
    }

    private struct Generator: RandomNumberGenerator {
        let random: @Sendable () -> UInt64
        mutating func next() -> UInt64 { random() }
    }
}
