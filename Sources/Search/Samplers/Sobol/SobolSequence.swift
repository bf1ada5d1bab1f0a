/// A Sobol' sequence, scrambled: points that fill a cube more evenly than random ones, and are each uniform.
///
/// Directions are Joe and Kuo's, see `SobolDirections`. The scramble is Owen's nested uniform one: a bit is flipped by a
/// coin that belongs to the bits before it. The coins are hashes, so point *i* is a function of seed and *i*.
///
/// Source: Sobol', USSR Comput. Math. Math. Phys. 7(4), 1967; Owen, "Randomly Permuted (t,m,s)-Nets and (t,s)-Sequences",
/// 1995. Beyond 100 dimensions coordinates are independent draws.
struct SobolSequence {
    /// Coordinates of a point.
    let dimension: Int
    /// What the scramble follows from.
    let seed: UInt64
    private let directions: [[UInt32]]

    init(dimension: Int, seed: UInt64) {
        self.dimension = dimension
        self.seed = seed
        directions = (0..<min(dimension, SobolDirections.rows.count + 1)).map(SobolSequence.directions)
    }

    /// A point, from 0 up to but not including 1 along every axis.
    func point(_ index: UInt32) -> [Double] {
        (0..<dimension).map { axis in
            let key = SplitMix64.mix(seed ^ SplitMix64.mix(UInt64(axis) &+ 0x5EED))
            guard axis < directions.count else {
                return Double(SplitMix64.mix(key &+ UInt64(index)) >> 11) * 0x1p-53
            }
            let word = SobolSequence.scrambled(bits(index, axis: axis), key: key)
            // What lies below the 32 bits is uniform: no value is favoured, and none is a round number.
            let rest = SplitMix64.mix(key ^ SplitMix64.mix(UInt64(word))) >> 43
            return (Double(word) * 0x1p21 + Double(rest)) * 0x1p-53
        }
    }

    /// The unscrambled coordinate times 2^32.
    func bits(_ index: UInt32, axis: Int) -> UInt32 {
        var word: UInt32 = 0
        var rest = index ^ (index >> 1)  // in Gray code order, as the published points are
        for direction in directions[axis] {
            guard rest != 0 else { break }
            if rest & 1 == 1 { word ^= direction }
            rest >>= 1
        }
        return word
    }

    /// Flips every bit by a coin that the bits above it decide.
    private static func scrambled(_ word: UInt32, key: UInt64) -> UInt32 {
        var result: UInt32 = 0
        for bit in 0..<32 {
            // The bits above, with a leading 1 so that prefixes of different length differ.
            let prefix = bit == 0 ? 1 : UInt64(word >> (32 - UInt32(bit))) | (1 << UInt64(bit))
            let coin = UInt32(truncatingIfNeeded: SplitMix64.mix(key &+ SplitMix64.mix(prefix)) >> 63)
            result = (result << 1) | (((word >> (31 - UInt32(bit))) & 1) ^ coin)
        }
        return result
    }

    /// The 32 direction numbers of a dimension, the highest bit first.
    private static func directions(_ axis: Int) -> [UInt32] {
        guard axis > 0 else { return (0..<32).map { 1 << (31 - $0) } }
        let row = SobolDirections.rows[axis - 1]
        let coefficients = row[0]
        let degree = row.count - 1
        var directions = (0..<min(degree, 32)).map { row[$0 + 1] << (31 - UInt32($0)) }
        for index in directions.count..<32 {
            var direction = directions[index - degree] ^ (directions[index - degree] >> UInt32(degree))
            for inner in 1..<max(degree, 1) where (coefficients >> UInt32(degree - 1 - inner)) & 1 == 1 {
                direction ^= directions[index - inner]
            }
            directions.append(direction)
        }
        return directions
    }
}
