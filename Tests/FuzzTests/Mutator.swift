/// Makes inputs out of examples, by a few random changes each.
struct Mutator {
    private var state: UInt64
    private let examples: [[UInt8]]

    /// Bytes that mean something in what is fed.
    private static let telling = Array("\r\n\0 \t:;,{}[]\"\\0-+.eE/%=~&-".utf8) + [0xFF, 0x80, 0xC3, 0x7F]

    init(seed: UInt64, examples: [[UInt8]]) {
        state = seed
        self.examples = examples
    }

    mutating func mutant(of example: [UInt8]) -> [UInt8] {
        var bytes = example
        for _ in 0...below(4) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let position = below(bytes.count + 1)
        switch below(7) {
        case 0: bytes.removeSubrange(position...)
        case 1: bytes.removeSubrange(position..<min(bytes.count, position + 1 + below(16)))
        case 2: bytes.insert(Mutator.telling[below(Mutator.telling.count)], at: position)
        case 3: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + 1 + below(64))], at: position)
        case 4: bytes.insert(contentsOf: examples[below(examples.count)].prefix(below(256)), at: position)
        case 5 where position < bytes.count: bytes[position] = Mutator.telling[below(Mutator.telling.count)]
        default: if position < bytes.count { bytes[position] ^= 1 << UInt8(below(8)) }
        }
    }

    /// The next number of SplitMix64 (Steele et al., "Fast splittable pseudorandom number generators", 2014), cut to
    /// 0..<limit.
    private mutating func below(_ limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed % UInt64(max(1, limit)))
    }
}
