extension JSONParser {
    /// Reads over the value that starts here: as strict as parsing, with the same errors, but nothing is kept.
    ///
    /// Its containers wait on the stack of frames above those of the values that are kept.
    mutating func skipValue() throws(JSONError) {
        let outer = frames.count
        repeat {
            if try skipScalarOrOpen() { try closeSkipped(above: outer) }
        } while frames.count > outer
    }

    /// Reads over a scalar or an empty container, or over the beginning of a container.
    /// - Returns: Whether a value has ended.
    @inline(__always)
    private mutating func skipScalarOrOpen() throws(JSONError) -> Bool {
        guard cursor < end else { throw fault(.expectedValue, at: cursor) }
        switch cursor.pointee {
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "{"): return try !skipsInto(UInt8(ascii: "}"), names: 0)
        case UInt8(ascii: "["): return try !skipsInto(UInt8(ascii: "]"), names: -1)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try skipNumber()
        case UInt8(ascii: "t"): try expect("true")
        case UInt8(ascii: "f"): try expect("false")
        case UInt8(ascii: "n"): try expect("null")
        default: throw fault(.expectedValue, at: cursor)
        }
        return true
    }

    /// Reads over a container's beginning.
    /// - Returns: Whether there is something in it.
    @inline(__always)
    private mutating func skipsInto(_ closing: UInt8, names: Int) throws(JSONError) -> Bool {
        try checkOmittedDepth()
        cursor += 1
        skipWhiteSpace()
        if cursor < end, cursor.pointee == closing {
            cursor += 1
            return false
        }
        frames.push(Frame(values: 0, names: names, replaces: -1, omissions: -1))
        if names >= 0 { try skipName(.expectedKeyOrEnd) }
        return true
    }

    /// Reads over what follows a value, up to the next one or the end of the outermost container.
    @inline(__always)
    private mutating func closeSkipped(above outer: Int) throws(JSONError) {
        while frames.count > outer {
            let isArray = frames.last.names < 0
            skipWhiteSpace()
            guard cursor < end else {
                throw fault(isArray ? .expectedCommaOrArrayEnd : .expectedCommaOrObjectEnd, at: cursor)
            }
            if cursor.pointee == UInt8(ascii: ",") {
                cursor += 1
                skipWhiteSpace()
                if !isArray { try skipName(.expectedKey) }
                return
            }
            guard cursor.pointee == (isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")) else {
                throw fault(isArray ? .expectedCommaOrArrayEnd : .expectedCommaOrObjectEnd, at: cursor)
            }
            cursor += 1
            frames.forget(from: frames.count - 1)
        }
    }

    @inline(__always)
    private mutating func skipName(_ missing: JSONError.Kind) throws(JSONError) {
        guard cursor < end, cursor.pointee == UInt8(ascii: "\"") else { throw fault(missing, at: cursor) }
        try skipString()
        try skipColon()
    }
}
