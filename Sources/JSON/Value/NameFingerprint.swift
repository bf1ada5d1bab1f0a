/// A number by which nearly all names are told apart without a look at their bytes: equal names have equal ones.
///
/// Unseeded, so that whoever wants can make names that share one; what relies on it stays correct, and large objects have
/// a ``KeyIndex``.
struct NameFingerprint: Equatable, Sendable {
    let bits: UInt32

    /// The fingerprint of a name in a string.
    @inline(__always)
    init(_ name: String) {
        self = name.withUTF8Bytes { bytes in
            bytes.baseAddress.map { NameFingerprint($0, bytes.count) } ?? NameFingerprint(mixing: 0, 0)
        }
    }

    /// The fingerprint of the name in these bytes: its length and up to sixteen of them, mixed.
    @inline(__always)
    init(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
        if count >= 8 {
            let tail = SWAR.load(bytes + (count - 8))
            self.init(mixing: SWAR.load(bytes) ^ (tail << 29 | tail >> 35), count)
        } else {
            self.init(mixing: count > 0 ? SWAR.load(bytes, count, of: count) : 0, count)
        }
    }

    @inline(__always)
    private init(mixing word: UInt64, _ count: Int) {
        let mixed = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        bits = UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
