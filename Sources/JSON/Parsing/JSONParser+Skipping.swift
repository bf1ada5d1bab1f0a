extension JSONParser {
    /// Reads over the value that starts here: as strict as parsing, with the same errors, but nothing is kept.
    ///
    /// The place is a variable of its own, and a container no more than a bit, because most of an admission review is
    /// read this way.
    mutating func skipValue() throws(JSONError) {
        var place = cursor
        var open = OpenContainers()
        repeat {
            guard place < end else { throw fault(.expectedValue, at: place) }
            switch place.pointee {
            case UInt8(ascii: "\""):
                place = try behindString(place)
            case UInt8(ascii: "{"):
                try checkOmittedDepth(open.count, at: place)
                place = behindWhiteSpace(place + 1)
                guard place < end, place.pointee == UInt8(ascii: "}") else {
                    open.push(isObject: true)
                    place = try behindName(place, .expectedKeyOrEnd)
                    continue
                }
                place += 1
            case UInt8(ascii: "["):
                try checkOmittedDepth(open.count, at: place)
                place = behindWhiteSpace(place + 1)
                guard place < end, place.pointee == UInt8(ascii: "]") else {
                    open.push(isObject: false)
                    continue
                }
                place += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                place = try behindNumber(place)
            case UInt8(ascii: "t"): place = try behind("true", place)
            case UInt8(ascii: "f"): place = try behind("false", place)
            case UInt8(ascii: "n"): place = try behind("null", place)
            default: throw fault(.expectedValue, at: place)
            }
            place = try behindClosings(place, &open)
        } while open.count > 0
        cursor = place
    }

    /// Reads over what follows a value, up to the next one or the end of the outermost container.
    @inline(__always)
    private mutating func behindClosings(
        _ first: UnsafePointer<UInt8>,
        _ open: inout OpenContainers
    ) throws(JSONError) -> UnsafePointer<UInt8> {
        var place = first
        while open.count > 0 {
            let isObject = open.lastIsObject
            place = behindWhiteSpace(place)
            let byte = place < end ? place.pointee : 0
            if byte == UInt8(ascii: ",") {
                place = behindWhiteSpace(place + 1)
                return isObject ? try behindName(place, .expectedKey) : place
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw fault(isObject ? .expectedCommaOrObjectEnd : .expectedCommaOrArrayEnd, at: place)
            }
            place += 1
            open.pop()
        }
        return place
    }

    @inline(__always)
    private mutating func behindName(
        _ place: UnsafePointer<UInt8>,
        _ missing: JSONError.Kind
    ) throws(JSONError) -> UnsafePointer<UInt8> {
        guard place < end, place.pointee == UInt8(ascii: "\"") else { throw fault(missing, at: place) }
        return try behindColon(try behindString(place))
    }
}

/// Which of the containers around a place are objects: a bit each, the innermost lowest.
private struct OpenContainers {
    private(set) var count = 0
    private var bits: UInt64 = 0
    /// Those further out, 64 a word.
    private var outer: [UInt64] = []

    /// Whether the innermost container is an object; there must be one.
    var lastIsObject: Bool { bits & 1 != 0 }

    @inline(__always)
    mutating func push(isObject: Bool) {
        if count & 63 == 0, count > 0 { outer.append(bits) }
        bits = bits << 1 | (isObject ? 1 : 0)
        count += 1
    }

    @inline(__always)
    mutating func pop() {
        count -= 1
        bits >>= 1
        if count & 63 == 0, count > 0 { bits = outer.removeLast() }
    }
}
