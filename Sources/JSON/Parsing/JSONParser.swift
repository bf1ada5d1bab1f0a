/// Reads one JSON text (RFC 8259) into a ``JSONValue``, in one pass and without recursion.
///
/// Finished values wait on a stack until their container closes and are then moved into an array of exactly its
/// size. Names wait beside them. However deep a text nests, the parser's own stack stays as it is.
///
/// Even functions that change nothing are `mutating`: for others the compiler copies the whole parser, for every token.
struct JSONParser: ~Copyable {
    /// A container that is still open.
    struct Frame {
        /// Where its values start on the stack of values.
        var values: Int
        /// Where its names start on the stack of names; negative for an array.
        var names: Int
        /// Where the value to come belongs among the members; negative for a new one.
        var replaces: Int
        /// Whether the topmost of `indexes` is this object's.
        var isIndexed = false
        /// Where among the omissions this container is; negative when nothing in it is to be omitted.
        var omissions: Int
    }

    /// A member's name that waits for its value.
    struct Name {
        let text: String
        let fingerprint: UInt64
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
    private var values = ScratchStack<JSONValue>(capacity: 64)
    private var names = ScratchStack<Name>(capacity: 64)
    private var indexes: [KeyIndex] = []

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
        let value = values.pop()
        skipWhiteSpace()
        guard cursor == end else { throw fault(.trailingContent, at: cursor) }
        return value
    }

    /// Reads a scalar or an empty container, or opens a container.
    /// - Returns: Whether a value is finished; it is then on top of the stack.
    @inline(__always)
    private mutating func parseScalarOrOpen() throws(JSONError) -> Bool {
        guard cursor < end else { throw fault(.expectedValue, at: cursor) }
        switch cursor.pointee {
        case UInt8(ascii: "\""):
            values.push(.string(try parseString()))
        case UInt8(ascii: "{"):
            return try openObject()
        case UInt8(ascii: "["):
            return try openArray()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            values.push(.number(try parseNumber()))
        case UInt8(ascii: "t"):
            try expect("true")
            values.push(.bool(true))
        case UInt8(ascii: "f"):
            try expect("false")
            values.push(.bool(false))
        case UInt8(ascii: "n"):
            try expect("null")
            values.push(.null)
        default:
            throw fault(.expectedValue, at: cursor)
        }
        return true
    }

    private mutating func openArray() throws(JSONError) -> Bool {
        try checkDepth()
        cursor += 1
        skipWhiteSpace()
        if cursor < end, cursor.pointee == UInt8(ascii: "]") {
            cursor += 1
            values.push(.array([]))
            return true
        }
        frames.push(Frame(values: values.count, names: -1, replaces: -1, omissions: omissionsAhead))
        return false
    }

    private mutating func openObject() throws(JSONError) -> Bool {
        try checkDepth()
        cursor += 1
        skipWhiteSpace()
        if cursor < end, cursor.pointee == UInt8(ascii: "}") {
            cursor += 1
            values.push(.object(JSONObject()))
            return true
        }
        let frame = Frame(values: values.count, names: names.count, replaces: -1, omissions: omissionsAhead)
        frames.push(frame)
        if try parseName(in: frame, .expectedKeyOrEnd) { return false }
        closeObject(frames.last)
        return true
    }

    @inline(__always)
    private mutating func checkDepth() throws(JSONError) {
        try checkDepth(limits.maximumDepth)
    }

    /// The same for a container that is only read over.
    @inline(__always)
    mutating func checkOmittedDepth() throws(JSONError) {
        try checkDepth(limits.maximumOmittedDepth)
    }

    @inline(__always)
    private mutating func checkDepth(_ maximum: Int) throws(JSONError) {
        guard frames.count < maximum else { throw fault(.tooDeep(maximum: maximum), at: cursor) }
    }

    /// Puts the value on top where it belongs, and closes every container that ends here.
    @inline(__always)
    private mutating func closeFinished() throws(JSONError) {
        while frames.count > 0 {
            let frame = frames.last
            if frame.replaces >= 0 { replaceEarlierMember(frame) }
            skipWhiteSpace()
            guard cursor < end else {
                throw fault(frame.names < 0 ? .expectedCommaOrArrayEnd : .expectedCommaOrObjectEnd, at: cursor)
            }
            let byte = cursor.pointee
            if byte == UInt8(ascii: ",") {
                cursor += 1
                skipWhiteSpace()
                if frame.names < 0 {
                    omissionsAhead = frame.omissions
                    return
                }
                if try parseName(in: frame, .expectedKey) { return }
                closeObject(frames.last)
            } else if frame.names < 0 {
                guard byte == UInt8(ascii: "]") else { throw fault(.expectedCommaOrArrayEnd, at: cursor) }
                values.push(.array(values.take(from: frame.values)))
                cursor += 1
                frames.forget(from: frames.count - 1)
            } else {
                guard byte == UInt8(ascii: "}") else { throw fault(.expectedCommaOrObjectEnd, at: cursor) }
                closeObject(frame)
            }
        }
    }

    /// Closes the object on top, whose closing brace is next.
    @inline(__always)
    private mutating func closeObject(_ frame: Frame) {
        values.push(.object(takeObject(frame)))
        cursor += 1
        frames.forget(from: frames.count - 1)
    }

    private mutating func takeObject(_ frame: Frame) -> JSONObject {
        let keys = names.top(from: frame.names)
        let contents = values.top(from: frame.values)
        var members: [JSONObject.Member] = []
        members.reserveCapacity(keys.count)
        for position in keys.indices {
            members.append(
                JSONObject.Member(
                    key: keys.moveElement(from: position).text,
                    value: contents.moveElement(from: position)
                )
            )
        }
        names.forget(from: frame.names)
        values.forget(from: frame.values)
        guard frame.isIndexed, let index = indexes.popLast() else { return JSONObject(unique: members) }
        return JSONObject(unique: members, index: index)
    }

    /// Reads a member's name, its colon and the space behind it, and before that any members to be omitted.
    ///
    /// - Parameter frame: The object, which is on top.
    /// - Returns: `false` when the object is over instead; its closing brace is next.
    @inline(__always)
    private mutating func parseName(in frame: Frame, _ missing: JSONError.Kind) throws(JSONError) -> Bool {
        guard cursor < end, cursor.pointee == UInt8(ascii: "\"") else { throw fault(missing, at: cursor) }
        let name = try parseMemberName()
        try skipColon()
        omissionsAhead = -1
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
        skipWhiteSpace()
        guard cursor < end, cursor.pointee == UInt8(ascii: ":") else { throw fault(.expectedColon, at: cursor) }
        cursor += 1
        skipWhiteSpace()
    }

    /// Keeps a name for the value to come. A name that was there before marks the frame, so that the value replaces the
    /// earlier one, as Go's decoder (and with it Kubernetes) does.
    @inline(__always)
    private mutating func note(_ name: consuming Name, in frame: Frame) throws(JSONError) {
        if let earlier = earlierMember(name, frame.names) {
            guard limits.allowsRepeatedNames else { throw fault(.repeatedName(path(to: name.text)), at: cursor) }
            frames.updateLast { $0.replaces = earlier }
        } else {
            names.push(name)
        }
    }

    /// Where a member of the object on top is, from the root.
    @inline(never)
    private mutating func path(to name: String) -> JSONPointer {
        var tokens: [String] = []
        let (open, keys) = (frames.top(from: 0), names.top(from: 0))
        for (level, frame) in open.dropLast().enumerated() {
            if frame.names < 0 {
                // The values of an array that are finished count up to the one that is open.
                tokens.append(String(open[level + 1].values - frame.values))
            } else {
                let next = open[(level + 1)...].first { $0.names >= 0 }
                tokens.append(keys[(next?.names ?? keys.count) - 1].text)
            }
        }
        return JSONPointer(tokens: tokens + [name])
    }

    /// Where the object that starts at `first` among the names already has this one, counted from its start.
    @inline(__always)
    private mutating func earlierMember(_ name: borrowing Name, _ first: Int) -> Int? {
        let known = names.top(from: first)
        guard known.count < KeyIndex.threshold else { return earlierMemberByIndex(name.text, first) }
        for position in known.indices where known[position].fingerprint == name.fingerprint {
            if known[position].text.hasSameBytes(as: name.text) { return position }
        }
        return nil
    }

    /// The same for an object of many members, whose index is built on the way.
    @inline(never)
    private mutating func earlierMemberByIndex(_ name: String, _ first: Int) -> Int? {
        let keys = names.top(from: first)
        if !frames.last.isIndexed {
            var index = KeyIndex()
            index.rebuild(keys.count) { keys[$0].text }
            indexes.append(index)
            frames.updateLast { $0.isIndexed = true }
        }
        let top = indexes.count - 1
        if let position = indexes[top].position(of: name, named: { keys[$0].text }) { return position }
        indexes[top].add(name, at: keys.count) { $0 < keys.count ? keys[$0].text : name }
        return nil
    }

    private mutating func replaceEarlierMember(_ frame: Frame) {
        let value = values.pop()
        values.top(from: frame.values)[frame.replaces] = value
        frames.updateLast { $0.replaces = -1 }
    }

    mutating func expect(_ literal: StaticString) throws(JSONError) {
        let count = literal.utf8CodeUnitCount
        guard end - cursor >= count else { throw fault(.expectedValue, at: cursor) }
        for offset in 0..<count where cursor[offset] != literal.utf8Start[offset] {
            throw fault(.expectedValue, at: cursor)
        }
        cursor += count
    }

    @inline(__always)
    mutating func skipWhiteSpace() {
        while cursor < end, cursor.pointee <= 0x20 {
            switch cursor.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: cursor += 1
            default: return
            }
        }
    }

    @inline(never)
    mutating func fault(_ kind: JSONError.Kind, at place: UnsafePointer<UInt8>) -> JSONError {
        JSONError(kind, at: place - start, in: UnsafeRawBufferPointer(start: start, count: end - start))
    }
}
