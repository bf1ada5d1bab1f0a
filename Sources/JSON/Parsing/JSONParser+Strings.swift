extension JSONParser {
    /// Reads the string whose opening quote is next.
    @inline(__always)
    mutating func parseString() throws(JSONError) -> String {
        let first = cursor + 1
        guard let stop = endOfASCII(from: first) else { return try parseUnusualString() }
        cursor = stop + 1
        return asciiString(first, stop - first)
    }

    /// Reads the member name whose opening quote is next, with a fingerprint: equal names have equal ones.
    @inline(__always)
    mutating func parseMemberName() throws(JSONError) -> Name {
        let first = cursor + 1
        guard let stop = endOfASCII(from: first) else {
            let name = try parseUnusualString()
            return Name(text: name, fingerprint: NameFingerprint(name))
        }
        cursor = stop + 1
        let count = stop - first
        let fingerprint = NameFingerprint(first, count)
        let text: String
        if count <= NameCache.cheapLength {
            text = asciiString(first, count)
        } else if let known = nameCache.name(first, count, fingerprint) {
            text = known
        } else {
            text = asciiString(first, count)
            nameCache.remember(text, first, count, fingerprint)
        }
        return Name(text: text, fingerprint: fingerprint)
    }

    @inline(__always)
    private mutating func asciiString(_ first: UnsafePointer<UInt8>, _ count: Int) -> String {
        String(copying: UTF8Span(unchecked: UnsafeBufferPointer(start: first, count: count).span, isKnownASCII: true))
    }

    /// Reads the string whose opening quote is next, if it is not just ASCII and a quote.
    @inline(never)
    private mutating func parseUnusualString() throws(JSONError) -> String {
        cursor = try unescape(cursor, isKept: true)
        return String(copying: UTF8Span(unchecked: unescaped.span))
    }

    /// Reads over the string whose opening quote is at `quote`.
    /// - Returns: The place behind it.
    @inline(__always)
    mutating func behindString(_ quote: UnsafePointer<UInt8>) throws(JSONError) -> UnsafePointer<UInt8> {
        if let stop = endOfASCII(from: quote + 1) { return stop + 1 }
        return try unescape(quote, isKept: false)
    }

    /// The closing quote of a string from `first` on that is nothing but ASCII bytes that stand for themselves; `nil` for any
    /// other, and where the text ends soon.
    @inline(__always)
    private mutating func endOfASCII(from first: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
        var place = first
        while end - place >= PlainASCII.width {
            let count = PlainASCII.count(place)
            place += count
            if count < PlainASCII.width { return place.pointee == UInt8(ascii: "\"") ? place : nil }
        }
        return nil
    }

    /// The first byte from `first` on that is a quote, a backslash or a control character, or the end of the text.
    private mutating func endOfPlain(from first: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = first
        while end - place >= 8 {
            let found = SWAR.special(SWAR.load(place))
            if found != 0 { return place + SWAR.bytesBefore(found) }
            place += 8
        }
        while place < end, place.pointee >= 0x20, place.pointee != UInt8(ascii: "\""),
            place.pointee != UInt8(ascii: "\\")
        {
            place += 1
        }
        return place
    }

    /// Reads any string, into `unescaped`; of one that is not kept only its escapes end there, plain bytes uncopied.
    ///
    /// - Parameter quote: Its opening quote.
    /// - Returns: The place behind it.
    @inline(never)
    private mutating func unescape(
        _ quote: UnsafePointer<UInt8>,
        isKept: Bool
    ) throws(JSONError) -> UnsafePointer<UInt8> {
        unescaped.removeAll(keepingCapacity: true)
        let first = quote + 1
        var place = first
        while true {
            let stop = endOfPlain(from: place)
            if isKept { unescaped.append(contentsOf: UnsafeBufferPointer(start: place, count: stop - place)) }
            guard stop < end else {
                try validate(first, end)
                throw fault(.unterminatedString, at: end)
            }
            switch stop.pointee {
            case UInt8(ascii: "\""):
                // Here and not in `unescaped`, so that the error knows the place.
                try validate(first, stop)
                return stop + 1
            case UInt8(ascii: "\\"):
                place = try parseEscape(stop)
            default:
                throw fault(.controlCharacter(stop.pointee), at: stop)
            }
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
        cursor = try behindNumber(first)
        return JSONNumber(unchecked: asciiString(first, cursor - first))
    }

    /// Reads over the number that starts here.
    /// - Returns: The place behind it.
    @inline(__always)
    mutating func behindNumber(_ first: UnsafePointer<UInt8>) throws(JSONError) -> UnsafePointer<UInt8> {
        switch JSONNumberScanner.scan(first, end) {
        case .end(let stop): return stop
        case .fault(let place, let kind): throw fault(kind, at: place)
        }
    }
}
