extension JSONParser {
    /// Reads the string whose opening quote is next.
    @inline(__always)
    mutating func parseString() throws(JSONError) -> String {
        let first = cursor + 1
        let run = plainRun(from: first)
        guard run.end < end, run.end.pointee == UInt8(ascii: "\"") else { return try parseEscapedString(run) }
        let text = try string(first, run.end - first, isASCII: run.isASCII)
        cursor = run.end + 1
        return text
    }

    /// Reads the member name whose opening quote is next, with a fingerprint: equal names have equal ones.
    @inline(__always)
    mutating func parseMemberName() throws(JSONError) -> Name {
        let first = cursor + 1
        let run = plainRun(from: first)
        guard run.end < end, run.end.pointee == UInt8(ascii: "\"") else {
            let name = try parseEscapedString(run)
            return Name(text: name, fingerprint: Self.fingerprint(of: name))
        }
        let count = run.end - first
        let fingerprint = Self.fingerprint(first, count)
        let text: String
        if count <= NameCache.cheapLength {
            text = try string(first, count, isASCII: run.isASCII)
        } else if let known = nameCache.name(first, count, fingerprint) {
            text = known
        } else {
            text = try string(first, count, isASCII: run.isASCII)
            nameCache.remember(text, first, count, fingerprint)
        }
        cursor = run.end + 1
        return Name(text: text, fingerprint: fingerprint)
    }

    /// Reads over the string whose opening quote is next.
    @inline(__always)
    mutating func skipString() throws(JSONError) {
        let first = cursor + 1
        let run = plainRun(from: first)
        guard run.end < end, run.end.pointee == UInt8(ascii: "\"") else { return try unescape(run, isKept: false) }
        if !run.isASCII { try validate(first, run.end) }
        cursor = run.end + 1
    }

    /// Bytes that need no look at each one.
    private struct PlainRun {
        /// The first byte that is a quote, a backslash or a control character, or the end of the text.
        var end: UnsafePointer<UInt8>
        /// Whether no byte has its high bit set.
        var isASCII: Bool
    }

    /// The plain bytes from `first` on.
    @inline(__always)
    private mutating func plainRun(from first: UnsafePointer<UInt8>) -> PlainRun {
        var place = first
        var seen: UInt64 = 0
        while end - place >= 8 {
            let word = SWAR.load(place)
            let found = SWAR.special(word)
            if found != 0 {
                seen |= word & ((found & (~found &+ 1)) &- 1)  // the bytes below the lowest bit found
                return PlainRun(end: place + SWAR.bytesBefore(found), isASCII: SWAR.isASCII(seen))
            }
            seen |= word
            place += 8
        }
        while place < end {
            let byte = place.pointee
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            seen |= UInt64(byte)
            place += 1
        }
        return PlainRun(end: place, isASCII: SWAR.isASCII(seen))
    }

    /// A string of bytes of the text; ones that are not ASCII are validated.
    @inline(__always)
    private mutating func string(_ first: UnsafePointer<UInt8>, _ count: Int, isASCII: Bool) throws(JSONError) -> String
    {
        let bytes = UnsafeBufferPointer(start: first, count: count)
        if isASCII { return String(copying: UTF8Span(unchecked: bytes.span, isKnownASCII: true)) }
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.span))
        } catch {
            throw fault(.invalidUTF8, at: first + error.byteOffsets.lowerBound)
        }
    }

    /// Reads on in a string that is not just plain bytes and a quote.
    @inline(never)
    private mutating func parseEscapedString(_ start: PlainRun) throws(JSONError) -> String {
        try unescape(start, isKept: true)
        return String(copying: UTF8Span(unchecked: unescaped.span))
    }

    /// Reads the same into `unescaped`; of a string that is not kept only its escapes end there, plain bytes uncopied.
    @inline(never)
    private mutating func unescape(_ start: PlainRun, isKept: Bool) throws(JSONError) {
        let first = cursor + 1
        var place = first
        var run = start
        var isASCII = true
        unescaped.removeAll(keepingCapacity: true)
        while true {
            let stop = run.end
            isASCII = isASCII && run.isASCII
            if isKept { unescaped.append(contentsOf: UnsafeBufferPointer(start: place, count: stop - place)) }
            guard stop < end else {
                try validate(first, end)
                throw fault(.unterminatedString, at: end)
            }
            switch stop.pointee {
            case UInt8(ascii: "\""):
                // Here and not in `unescaped`, so that the error knows the place.
                if !isASCII { try validate(first, stop) }
                cursor = stop + 1
                return
            case UInt8(ascii: "\\"):
                place = try parseEscape(stop)
            default:
                throw fault(.controlCharacter(stop.pointee), at: stop)
            }
            run = plainRun(from: place)
        }
    }

    /// Appends what an escape stands for.
    /// - Returns: The address behind it.
    private mutating func parseEscape(_ backslash: UnsafePointer<UInt8>) throws(JSONError) -> UnsafePointer<UInt8> {
        let letter = backslash + 1
        guard letter < end else { throw fault(.unterminatedString, at: end) }
        switch letter.pointee {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(letter.pointee)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): return try parseUnicodeEscape(backslash)
        default: throw fault(.invalidEscape, at: letter)
        }
        return letter + 1
    }

    /// Appends the scalar of `\uXXXX`, or of two that are a surrogate pair.
    private mutating func parseUnicodeEscape(
        _ backslash: UnsafePointer<UInt8>
    ) throws(JSONError) -> UnsafePointer<UInt8> {
        var after = backslash + 6
        var code = try codeUnit(backslash)
        if code & 0xF800 == 0xD800 {
            guard code < 0xDC00, end - after >= 2, after[0] == UInt8(ascii: "\\"), after[1] == UInt8(ascii: "u") else {
                throw fault(.loneSurrogate, at: backslash)
            }
            let low = try codeUnit(after)
            guard low & 0xFC00 == 0xDC00 else { throw fault(.loneSurrogate, at: backslash) }
            code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
            after += 6
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault(.loneSurrogate, at: backslash) }
        unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        return after
    }

    /// The number that the four digits of the `\u` at `backslash` write.
    private mutating func codeUnit(_ backslash: UnsafePointer<UInt8>) throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for offset in 2..<6 {
            guard end - backslash > offset else { throw fault(.invalidUnicodeEscape, at: end) }
            let byte = backslash[offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw fault(.invalidUnicodeEscape, at: backslash + offset)
            }
            code = code << 4 | UInt32(digit)
        }
        return code
    }

    private mutating func validate(_ first: UnsafePointer<UInt8>, _ stop: UnsafePointer<UInt8>) throws(JSONError) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: UnsafeBufferPointer(start: first, count: stop - first).span)
        } catch {
            throw fault(.invalidUTF8, at: first + error.byteOffsets.lowerBound)
        }
    }

    /// Reads the number that starts here.
    @inline(__always)
    mutating func parseNumber() throws(JSONError) -> JSONNumber {
        let first = cursor
        try skipNumber()
        return JSONNumber(unchecked: try string(first, cursor - first, isASCII: true))
    }

    /// Reads over the number that starts here.
    @inline(__always)
    mutating func skipNumber() throws(JSONError) {
        switch JSONNumberScanner.scan(cursor, end) {
        case .end(let stop): cursor = stop
        case .fault(let place, let kind): throw fault(kind, at: place)
        }
    }

    /// The fingerprint of a name that is a string already.
    static func fingerprint(of name: String) -> UInt64 {
        name.withUTF8Bytes { bytes in bytes.baseAddress.map { fingerprint($0, bytes.count) } ?? 0 }
    }

    /// Mixes the length and up to sixteen bytes of a name. Different names may share one; equal ones always do.
    @inline(__always)
    private static func fingerprint(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var mixed: UInt64
        if count >= 8 {
            let tail = SWAR.load(bytes + (count - 8))
            mixed = SWAR.load(bytes) ^ (tail << 29 | tail >> 35)
        } else if count >= 4 {
            let raw = UnsafeRawPointer(bytes)
            let head = raw.loadUnaligned(as: UInt32.self)
            mixed = UInt64(head) | UInt64(raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)) << 32
        } else if count > 0 {
            mixed = UInt64(bytes[0]) | UInt64(bytes[count >> 1]) << 8 | UInt64(bytes[count - 1]) << 16
        } else {
            mixed = 0
        }
        mixed = (mixed ^ UInt64(count)) &* 0x9E37_79B9_7F4A_7C15
        return mixed ^ mixed >> 32
    }
}
