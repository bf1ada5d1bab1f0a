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
        var descent = Descent(self)
        self = .null  // so that the descent is the only owner and changes the containers in place
        let isSet = descent.set(value, pointer.tokens)
        self = descent.reassembled()
        return isSet
    }
}

extension Descent {
    /// Follows the tokens and sets the value where they end; what is missing on the way is created.
    fileprivate mutating func set(_ new: JSONValue, _ tokens: [String]) -> Bool {
        for (level, token) in tokens.enumerated() {
            if var object = takeObject() {
                guard let position = object.position(of: token) else {
                    object[token] = Self.nested(new, tokens[(level + 1)...])
                    value = .object(object)
                    return true
                }
                enterMember(of: object, at: position)
            } else if var elements = takeElements() {
                let index = token.hasSameBytes(as: "-") ? elements.count : JSONPointer.index(token)
                guard let index, index < elements.count else {
                    let isAppended = index == elements.count
                    if isAppended { elements.append(Self.nested(new, tokens[(level + 1)...])) }
                    value = .array(elements)
                    return isAppended
                }
                enterElement(of: elements, at: index)
            } else {
                value = Self.nested(new, tokens[level...])
                return true
            }
        }
        value = new
        return true
    }

    /// The value within an object for each token.
    private static func nested(_ value: JSONValue, _ tokens: ArraySlice<String>) -> JSONValue {
        tokens.reversed().reduce(value) { .object([$1: $0]) }
    }
}
