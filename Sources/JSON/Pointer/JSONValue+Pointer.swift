extension JSONValue {
    /// The value at a place; `nil` if there is none.
    public func value(at pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = JSONPointer.index(token), index < elements.count else { return nil }
                value = elements[index]
            default:
                return nil
            }
        }
        return value
    }

    /// Puts a value at a place, creating the objects that are missing on the way.
    ///
    /// Within an array a token must be the index of an element, or, to append, its length or `-`. A scalar on the
    /// way is replaced by an object.
    /// - Returns: Whether the value was set; `false`, with nothing changed, if a token does not fit an array.
    @discardableResult
    public mutating func set(_ value: JSONValue, at pointer: JSONPointer) -> Bool {
        set(value, pointer.tokens, 0)
    }

    private mutating func set(_ value: JSONValue, _ tokens: [String], _ level: Int) -> Bool {
        guard level < tokens.count else {
            self = value
            return true
        }
        switch self {
        case .object(var object):
            guard let position = object.position(of: tokens[level]) else {
                object[tokens[level]] = Self.nested(value, tokens[(level + 1)...])
                self = .object(object)
                return true
            }
            var member = object[position].value
            object.setValue(.null, at: position)  // so that `member` is the only owner and is changed in place
            self = .null
            let isSet = member.set(value, tokens, level + 1)
            object.setValue(member, at: position)
            self = .object(object)
            return isSet
        case .array(var elements):
            let index = tokens[level] == "-" ? elements.count : JSONPointer.index(tokens[level])
            guard let index, index <= elements.count else { return false }
            guard index < elements.count else {
                elements.append(Self.nested(value, tokens[(level + 1)...]))
                self = .array(elements)
                return true
            }
            var element = elements[index]
            elements[index] = .null
            self = .null
            let isSet = element.set(value, tokens, level + 1)
            elements[index] = element
            self = .array(elements)
            return isSet
        default:
            self = Self.nested(value, tokens[level...])
            return true
        }
    }

    /// The value within an object for each token.
    private static func nested(_ value: JSONValue, _ tokens: ArraySlice<String>) -> JSONValue {
        tokens.reversed().reduce(value) { .object([$1: $0]) }
    }
}
