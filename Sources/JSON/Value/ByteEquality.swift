extension String {
    /// Whether both strings are the same sequence of bytes.
    ///
    /// Swift's `==` takes canonically equivalent texts for equal ("é" as one scalar, and as "e" with an accent).
    /// JSON does not (RFC 8259 §8.3): they are two different member names.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        // Short strings are values without memory of their own: the same ones are the same two words.
        let mine = unsafeBitCast(self, to: (UInt64, UInt64).self)
        let theirs = unsafeBitCast(other, to: (UInt64, UInt64).self)
        if mine.0 == theirs.0, mine.1 == theirs.1 { return true }
        return utf8.count == other.utf8.count && hasSameBytesElsewhere(as: other)
    }

    @inline(never)
    private func hasSameBytesElsewhere(as other: String) -> Bool {
        withUTF8Bytes { mine in
            other.withUTF8Bytes { UnsafeRawBufferPointer(mine).elementsEqualBytes(UnsafeRawBufferPointer($0)) }
        }
    }

    /// Lends the UTF-8 bytes where they lie. Unlike `utf8Span` it is compiled into the caller, which shows.
    @inlinable
    @inline(__always)
    package func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        // Every string on Linux has its bytes in a row; a copy serves any other.
        utf8.withContiguousStorageIfAvailable(body) ?? Array(utf8).withUnsafeBufferPointer(body)
    }

    /// Feeds the bytes, and a byte that no string holds, so that adjacent strings do not run together.
    func hashBytes(into hasher: inout Hasher) {
        withUTF8Bytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8.max)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether two regions of the same size hold the same bytes, eight at a time.
    @inline(__always)
    func elementsEqualBytes(_ other: UnsafeRawBufferPointer) -> Bool {
        let count = count
        guard count == other.count, count > 0, let mine = baseAddress, let theirs = other.baseAddress else {
            return count == other.count
        }
        let left = mine.assumingMemoryBound(to: UInt8.self)
        let right = theirs.assumingMemoryBound(to: UInt8.self)
        var offset = 0
        while count - offset >= 8 {
            guard SWAR.load(left + offset) == SWAR.load(right + offset) else { return false }
            offset += 8
        }
        let rest = count - offset
        return rest == 0 || SWAR.load(left + offset, rest, of: count) == SWAR.load(right + offset, rest, of: count)
    }
}
