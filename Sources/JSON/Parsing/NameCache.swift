/// Longer member names seen lately in the same text.
///
/// The documents we read repeat a few names hundreds of times (`lastTransitionTime`, `observedGeneration`). A name that
/// is found here is neither validated nor allocated again, and the whole tree shares its storage.
struct NameCache: ~Copyable {
    private struct Entry {
        /// Where the name stood in the text.
        var bytes: UnsafePointer<UInt8>
        var count: Int
        var fingerprint: NameFingerprint
        var name: String
    }

    /// A power of two.
    private static let size = 64

    /// Names of up to so many bytes need no memory of their own, and are made anew quicker than looked up.
    static let cheapLength = 15

    private let entries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
    /// One bit for each entry that is set.
    private var present: UInt64 = 0

    init() {}

    deinit {
        var rest = present
        while rest != 0 {
            (entries + rest.trailingZeroBitCount).deinitialize(count: 1)
            rest &= rest - 1
        }
        entries.deallocate()
    }

    /// The name, if these very bytes are remembered.
    @inline(__always)
    func name(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ fingerprint: NameFingerprint) -> String? {
        let slot = Int(truncatingIfNeeded: fingerprint.bits) & (Self.size - 1)
        guard present >> UInt64(slot) & 1 != 0, entries[slot].fingerprint == fingerprint,
            UnsafeRawBufferPointer(start: entries[slot].bytes, count: entries[slot].count)
                .elementsEqualBytes(UnsafeRawBufferPointer(start: bytes, count: count))
        else { return nil }
        return entries[slot].name
    }

    /// Remembers a name and where its bytes stand, in place of whatever shared its slot.
    @inline(__always)
    mutating func remember(_ name: String, _ bytes: UnsafePointer<UInt8>, _ count: Int, _ fingerprint: NameFingerprint)
    {
        let slot = Int(truncatingIfNeeded: fingerprint.bits) & (Self.size - 1)
        let entry = Entry(bytes: bytes, count: count, fingerprint: fingerprint, name: name)
        if present >> UInt64(slot) & 1 != 0 {
            entries[slot] = entry
        } else {
            (entries + slot).initialize(to: entry)
            present |= 1 << UInt64(slot)
        }
    }
}
