/// Reads one JSON text (RFC 8259) into a ``JSONValue``, in one pass and without recursion.
///
/// Members and elements wait on a stack each until their container closes, and are then moved into an array of exactly
/// its size. However deep a text nests, the parser's own stack stays as it is.
///
/// Even functions that change nothing are `mutating`: for others the compiler copies the whole parser, for every token.
struct JSONParser: ~Copyable {
    /// A container that is still open.
    struct Frame {
        let isObject: Bool
        /// Whether the topmost of `indexes` is this object's.
        var isIndexed = false
        /// Where its members, or elements, start on their stack.
        let first: Int
        /// Which member the value to come replaces; negative for none.
        var replaces = -1
        /// Where among the omissions this container is; negative when nothing in it is to be omitted.
        let omissions: Int
    }

    /// A member's name that waits for its value.
    struct Name {
        let text: String
        let fingerprint: NameFingerprint
    }

    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    /// The next byte to read; never beyond `end`.
    var cursor: UnsafePointer<UInt8>
    /// Where strings with escapes are put together.
    var unescaped: [UInt8] = []
    var nameCache = NameCache()

    private let limits: JSONLimits
    private let omissions: JSONOmissions
    /// The same as in a frame, for the value to come.
    private var omissionsAhead: Int
    var frames = ScratchStack<Frame>(capacity: 16)
    private var elements = ScratchStack<JSONValue>(capacity: 32)
    /// Of open objects; the value of the last one of each is still to come.
    private var members = ScratchStack<JSONObject.Member>(capacity: 64)
    /// The value outside of all containers.
    private var root = JSONValue.null
    private var indexes: [KeyIndex] = []
    /// Values that have ended, inside of containers.
    private var values = 0

    private init(_ start: UnsafePointer<UInt8>, count: Int, limits: JSONLimits, omissions: JSONOmissions) {
        self.start = start
        end = start + count
        cursor = start
        self.limits = limits
        self.omissions = omissions
        omissionsAhead = omissions.root
    }

    /// The value of a text, which must hold nothing else but white space.
    static func parse(
        _ text: UnsafeBufferPointer<UInt8>,
        limits: JSONLimits,
        omitting omissions: JSONOmissions = .none
    ) throws(JSONError) -> JSONValue {
        guard text.count <= limits.maximumBytes else {
            throw JSONError(kind: .tooLong(maximum: limits.maximumBytes), line: 1, column: 1, offset: 0)
        }
        guard let start = text.baseAddress else {
            throw JSONError(kind: .expectedValue, line: 1, column: 1, offset: 0)
        }
        var parser = JSONParser(start, count: text.count, limits: limits, omissions: omissions)
        return try parser.parseText()
    }

    private mutating func parseText() throws(JSONError) -> JSONValue {
        if end - cursor >= 3, cursor[0] == 0xEF, cursor[1] == 0xBB, cursor[2] == 0xBF {
            throw fault(.byteOrderMark, at: start)
        }
        skipWhiteSpace()
        repeat {
            if try parseScalarOrOpen() {
                try closeFinished()
            }
        } while frames.count > 0
        skipWhiteSpace()
        guard cursor == end else { throw fault(.trailingContent, at: cursor) }
        return root
    }

    /// Reads a scalar or an empty container, or opens a container.
    /// - Returns: Whether a value has ended.
    @inline(__always)
    private mutating func parseScalarOrOpen() throws(JSONError) -> Bool {
        guard cursor < end else { throw fault(.expectedValue, at: cursor) }
        switch cursor.pointee {
        case UInt8(ascii: "\""):
            put(.string(try parseString()))
        case UInt8(ascii: "{"):
            return try openObject()
        case UInt8(ascii: "["):
            return try openArray()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            put(.number(try parseNumber()))
        case UInt8(ascii: "t"):
            try expect("true")
            put(.bool(true))
        case UInt8(ascii: "f"):
            try expect("false")
            put(.bool(false))
        case UInt8(ascii: "n"):
            try expect("null")
            put(.null)
        default:
            throw fault(.expectedValue, at: cursor)
        }
        return true
    }

    /// Puts a value where it belongs in the container on top.
    @inline(__always)
    private mutating func put(_ value: consuming JSONValue) {
        guard frames.count > 0 else {
            root = value
            return
        }
        let frame = frames.last
        if !frame.isObject {
            elements.push(value)
        } else if frame.replaces < 0 {
            members.updateLast { $0.value = value }
        } else {
            members.top(from: frame.first)[frame.replaces].value = value
            frames.updateLast { $0.replaces = -1 }
        }
    }

    private mutating func openArray() throws(JSONError) -> Bool {
        try checkDepth()
        cursor += 1
        skipWhiteSpace()
        if cursor < end, cursor.pointee == UInt8(ascii: "]") {
            cursor += 1
            put(.array([]))
            return true
        }
        frames.push(Frame(isObject: false, first: elements.count, omissions: omissionsAhead))
        return false
    }

    private mutating func openObject() throws(JSONError) -> Bool {
        try checkDepth()
        cursor += 1
        skipWhiteSpace()
        if cursor < end, cursor.pointee == UInt8(ascii: "}") {
            cursor += 1
            put(.object(JSONObject()))
            return true
        }
        frames.push(Frame(isObject: true, first: members.count, omissions: omissionsAhead))
        if try parseName(.expectedKeyOrEnd) { return false }
        closeObject()
        return true
    }

    @inline(__always)
    private mutating func checkDepth() throws(JSONError) {
        try checkDepth(frames.count, limits.maximumDepth, at: cursor)
    }

    /// The same for a container that is only read over, as are so many around it.
    @inline(__always)
    mutating func checkOmittedDepth(_ skipped: Int, at place: UnsafePointer<UInt8>) throws(JSONError) {
        try checkDepth(frames.count + skipped, limits.maximumOmittedDepth, at: place)
    }

    @inline(__always)
    private mutating func checkDepth(
        _ depth: Int,
        _ maximum: Int,
        at place: UnsafePointer<UInt8>
    ) throws(JSONError) {
        guard depth < maximum else { throw fault(.tooDeep(maximum: maximum), at: place) }
    }

    /// Reads what follows a value, up to the next one, and closes every container that ends here.
    @inline(__always)
    private mutating func closeFinished() throws(JSONError) {
        while frames.count > 0 {
            values &+= 1
            guard values <= limits.maximumValues else {
                throw fault(.tooManyValues(maximum: limits.maximumValues), at: cursor)
            }
            let isObject = frames.last.isObject
            skipWhiteSpace()
            let byte = cursor < end ? cursor.pointee : 0
            if byte == UInt8(ascii: ",") {
                cursor += 1
                skipWhiteSpace()
                guard isObject else {
                    omissionsAhead = frames.last.omissions
                    return
                }
                if try parseName(.expectedKey) { return }
                closeObject()
            } else if isObject {
                guard byte == UInt8(ascii: "}") else { throw fault(.expectedCommaOrObjectEnd, at: cursor) }
                closeObject()
            } else {
                guard byte == UInt8(ascii: "]") else { throw fault(.expectedCommaOrArrayEnd, at: cursor) }
                closeArray()
            }
        }
    }

    /// Closes the array on top, whose closing bracket is next.
    @inline(__always)
    private mutating func closeArray() {
        cursor += 1
        let array = elements.take(from: frames.last.first)
        frames.forget(from: frames.count - 1)
        put(.array(array))
    }

    /// Closes the object on top, whose closing brace is next.
    @inline(__always)
    private mutating func closeObject() {
        cursor += 1
        let frame = frames.pop()
        let index = frame.isIndexed ? indexes.popLast() : nil
        put(.object(JSONObject(unique: members.take(from: frame.first), index: index ?? KeyIndex())))
    }

    /// Reads the name of a member of the object on top, its colon and the space behind it, and before that any members to
    /// be omitted.
    ///
    /// - Returns: `false` when the object is over instead; its closing brace is next.
    @inline(__always)
    private mutating func parseName(_ missing: JSONError.Kind) throws(JSONError) -> Bool {
        guard cursor < end, cursor.pointee == UInt8(ascii: "\"") else { throw fault(missing, at: cursor) }
        let name = try parseMemberName()
        try skipColon()
        omissionsAhead = -1
        let frame = frames.last
        if frame.omissions >= 0 {
            omissionsAhead = omissions.place(of: name.text, name.fingerprint, in: frame.omissions)
            if omissionsAhead == JSONOmissions.omitted { return try parseNameAfterOmitted(in: frame) }
        }
        try note(name, in: frame)
        return true
    }

    /// Reads over the value that is next, and goes on with the name of the next member that is kept.
    @inline(never)
    private mutating func parseNameAfterOmitted(in frame: Frame) throws(JSONError) -> Bool {
        while true {
            try skipValue()
            skipWhiteSpace()
            guard cursor < end, cursor.pointee == UInt8(ascii: ",") else {
                guard cursor < end, cursor.pointee == UInt8(ascii: "}") else {
                    throw fault(.expectedCommaOrObjectEnd, at: cursor)
                }
                return false
            }
            cursor += 1
            skipWhiteSpace()
            guard cursor < end, cursor.pointee == UInt8(ascii: "\"") else { throw fault(.expectedKey, at: cursor) }
            let name = try parseMemberName()
            try skipColon()
            omissionsAhead = omissions.place(of: name.text, name.fingerprint, in: frame.omissions)
            guard omissionsAhead == JSONOmissions.omitted else {
                try note(name, in: frame)
                return true
            }
        }
    }

    /// Reads the colon that is next, and the space around it.
    @inline(__always)
    mutating func skipColon() throws(JSONError) {
        cursor = try behindColon(cursor)
    }

    @inline(__always)
    mutating func behindColon(_ first: UnsafePointer<UInt8>) throws(JSONError) -> UnsafePointer<UInt8> {
        let place = behindWhiteSpace(first)
        guard place < end, place.pointee == UInt8(ascii: ":") else { throw fault(.expectedColon, at: place) }
        return behindWhiteSpace(place + 1)
    }

    /// Adds a member for the value to come. A name that was there before marks the frame, so that the value replaces the
    /// earlier one, as Go's decoder (and with it Kubernetes) does.
    @inline(__always)
    private mutating func note(_ name: consuming Name, in frame: Frame) throws(JSONError) {
        if let earlier = earlierMember(name, frame.first) {
            guard limits.allowsRepeatedNames else { throw fault(.repeatedName(path(to: name.text)), at: cursor) }
            frames.updateLast { $0.replaces = earlier }
        } else {
            members.push(JSONObject.Member(key: name.text, name.fingerprint, value: .null))
        }
    }

    /// Where a member of the object on top is, from the root.
    @inline(never)
    private mutating func path(to name: String) -> JSONPointer {
        var tokens: [String] = []
        let (open, keys) = (frames.top(from: 0), members.top(from: 0))
        for (level, frame) in open.dropLast().enumerated() {
            // What is open in this container is the last before those of the next one of its kind.
            let next = open[(level + 1)...].first { $0.isObject == frame.isObject }?.first
            if frame.isObject {
                tokens.append(keys[(next ?? keys.count) - 1].key)
            } else {
                tokens.append(String((next ?? elements.count) - frame.first))
            }
        }
        return JSONPointer(tokens: tokens + [name])
    }

    /// Which member of the object that starts at `first` already has this name.
    @inline(__always)
    private mutating func earlierMember(_ name: borrowing Name, _ first: Int) -> Int? {
        let known = members.top(from: first)
        guard known.count < KeyIndex.threshold else { return earlierMemberByIndex(name.text, first) }
        for position in known.indices where known[position].fingerprint == name.fingerprint {
            if known[position].key.hasSameBytes(as: name.text) { return position }
        }
        return nil
    }

    /// The same for an object of many members, whose index is built on the way.
    @inline(never)
    private mutating func earlierMemberByIndex(_ name: String, _ first: Int) -> Int? {
        let known = members.top(from: first)
        if !frames.last.isIndexed {
            var index = KeyIndex()
            index.rebuild(known.count) { known[$0].key }
            indexes.append(index)
            frames.updateLast { $0.isIndexed = true }
        }
        let top = indexes.count - 1
        if let position = indexes[top].position(of: name, named: { known[$0].key }) { return position }
        indexes[top].add(name, at: known.count) { $0 < known.count ? known[$0].key : name }
        return nil
    }

    private mutating func expect(_ literal: StaticString) throws(JSONError) {
        cursor = try behind(literal, cursor)
    }

    /// The place behind the literal that starts here.
    mutating func behind(
        _ literal: StaticString,
        _ first: UnsafePointer<UInt8>
    ) throws(JSONError) -> UnsafePointer<UInt8> {
        let count = literal.utf8CodeUnitCount
        guard end - first >= count else { throw fault(.expectedValue, at: first) }
        for offset in 0..<count where first[offset] != literal.utf8Start[offset] {
            throw fault(.expectedValue, at: first)
        }
        return first + count
    }

    @inline(__always)
    private mutating func skipWhiteSpace() {
        cursor = behindWhiteSpace(cursor)
    }

    @inline(__always)
    mutating func behindWhiteSpace(_ first: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var place = first
        while place < end, place.pointee <= 0x20 {
            switch place.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: place += 1
            default: return place
            }
        }
        return place
    }

    @inline(never)
    mutating func fault(_ kind: JSONError.Kind, at place: UnsafePointer<UInt8>) -> JSONError {
        JSONError(kind, at: place - start, in: UnsafeRawBufferPointer(start: start, count: end - start))
    }
}
