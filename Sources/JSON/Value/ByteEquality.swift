extension String {
    /// Whether both strings are the same sequence of bytes.
    ///
    /// Swift's `==` takes canonically equivalent texts for equal ("é" as one scalar, and as "e" with an accent).
    /// JSON does not (RFC 8259 §8.3): they are two different member names.
    @inline(__always)
    func hasSameBytes(as other: String) -> Bool {
        let count = utf8.count
        guard count == other.utf8.count else { return false }
        return withUTF8Bytes { mine in
            other.withUTF8Bytes { theirs in
                UnsafeRawBufferPointer(mine).elementsEqualBytes(UnsafeRawBufferPointer(theirs))
            }
        }
    }

    /// Lends the UTF-8 bytes where they lie. Unlike `utf8Span` it is compiled into the caller, which shows.
    @inline(__always)
    func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
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
        guard count == other.count, let mine = baseAddress, let theirs = other.baseAddress else {
            return count == other.count
        }
        var offset = 0
        while count - offset >= 8 {
            let left = mine.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard left == theirs.loadUnaligned(fromByteOffset: offset, as: UInt64.self) else { return false }
            offset += 8
        }
        while offset < count {
            guard
                mine.load(fromByteOffset: offset, as: UInt8.self) == theirs.load(fromByteOffset: offset, as: UInt8.self)
            else { return false }
            offset += 1
        }
        return true
    }
}
