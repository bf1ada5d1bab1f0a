extension JSONPatch {
    /// The document with all operations applied in order; the one given stays as it is, whatever happens.
    ///
    /// A `copy` can double a document, so a short patch could ask for exabytes. All that `copy` and `move` touch must
    /// therefore stay within `limits.maximumBytes` in sum, and nothing may end up nested deeper than
    /// `limits.maximumDepth`.
    ///
    /// - Throws: Which operation failed and why.
    public func applied(to document: JSONValue, limits: JSONLimits = .default) throws(JSONPatchError) -> JSONValue {
        var result = document
        var carried = 0
        for (number, operation) in operations.enumerated() {
            do throws(Fault) {
                try result.apply(operation, limits, &carried)
            } catch {
                throw JSONPatchError(
                    operation: number,
                    subject: "\(operation.name) \(JSONValue.string(operation.path.description).abbreviated)",
                    reason: error.reason
                )
            }
        }
        return result
    }

    /// Why one operation failed.
    fileprivate struct Fault: Error {
        var reason: JSONPatchError.Reason

        init(_ reason: JSONPatchError.Reason) { self.reason = reason }
    }

    /// What to do at the end of a path.
    fileprivate enum Edit {
        case add(JSONValue)
        case remove
        case replace(JSONValue)
    }
}

extension JSONValue {
    fileprivate mutating func apply(
        _ operation: JSONPatch.Operation,
        _ limits: JSONLimits,
        _ carried: inout Int
    ) throws(JSONPatch.Fault) {
        switch operation {
        case .add(let path, let value):
            try value.checkDepth(at: path, value.extent(maximumBytes: .max), limits)
            try edit(.add(value), path)
        case .replace(let path, let value):
            try value.checkDepth(at: path, value.extent(maximumBytes: .max), limits)
            try edit(.replace(value), path)
        case .remove(let path):
            guard !path.isRoot else { throw JSONPatch.Fault(.removedDocument) }
            try edit(.remove, path)
        case .move(let from, let path):
            let value = try carry(from, to: path, limits, &carried)
            guard from != path else { return }
            guard !path.tokens.starts(with: from.tokens, by: { $0.hasSameBytes(as: $1) }) else {
                throw JSONPatch.Fault(.movedIntoItself)
            }
            try edit(.remove, from)
            try edit(.add(value), path)
        case .copy(let from, let path):
            let value = try carry(from, to: path, limits, &carried)
            try edit(.add(value), path)
        case .test(let path, let expected):
            let found = try existing(path)
            guard found == expected else {
                throw JSONPatch.Fault(.testFailed(expected: expected.abbreviated, found: found.abbreviated))
            }
        }
    }

    /// The value that is to be copied or moved, its size counted against the limits.
    private func carry(
        _ from: JSONPointer,
        to path: JSONPointer,
        _ limits: JSONLimits,
        _ carried: inout Int
    ) throws(JSONPatch.Fault) -> JSONValue {
        let value = try existing(from)
        let extent = value.extent(maximumBytes: limits.maximumBytes - carried)
        guard extent.bytes <= limits.maximumBytes - carried else {
            throw JSONPatch.Fault(.tooLarge(maximumBytes: limits.maximumBytes))
        }
        carried += extent.bytes
        try value.checkDepth(at: path, extent, limits)
        return value
    }

    private func checkDepth(at path: JSONPointer, _ extent: Extent, _ limits: JSONLimits) throws(JSONPatch.Fault) {
        guard path.tokens.count <= limits.maximumDepth - extent.depth else {
            throw JSONPatch.Fault(.tooDeep(maximum: limits.maximumDepth))
        }
    }

    /// The value at a place that must exist.
    private func existing(_ pointer: JSONPointer) throws(JSONPatch.Fault) -> JSONValue {
        var value = self
        for (level, token) in pointer.tokens.enumerated() {
            switch value {
            case .object(let object):
                guard let member = object[token] else { throw JSONPatch.Fault.missing(pointer.tokens, level) }
                value = member
            case .array(let elements):
                value =
                    elements[
                        try JSONPatch.Fault.index(pointer.tokens, level, below: elements.count, of: elements.count)
                    ]
            default:
                throw JSONPatch.Fault.notAContainer(value, pointer.tokens, level)
            }
        }
        return value
    }

    /// Edits the value at the end of a path, or leaves everything as it is and says why.
    private mutating func edit(_ edit: JSONPatch.Edit, _ path: JSONPointer) throws(JSONPatch.Fault) {
        var descent = Descent(self)
        self = .null  // so that the descent is the only owner and changes the containers in place
        defer { self = descent.reassembled() }
        try descent.edit(edit, path.tokens)
    }
}

extension Descent {
    fileprivate mutating func edit(_ edit: JSONPatch.Edit, _ tokens: [String]) throws(JSONPatch.Fault) {
        guard !tokens.isEmpty else {
            switch edit {
            case .add(let new), .replace(let new): value = new
            case .remove: throw JSONPatch.Fault(.removedDocument)
            }
            return
        }
        for level in tokens.indices.dropLast() {
            if let object = takeObject() {
                guard let position = object.position(of: tokens[level]) else {
                    value = .object(object)
                    throw JSONPatch.Fault.missing(tokens, level)
                }
                enterMember(of: object, at: position)
            } else if let elements = takeElements() {
                let index: Int
                do throws(JSONPatch.Fault) {
                    index = try JSONPatch.Fault.index(tokens, level, below: elements.count, of: elements.count)
                } catch {
                    value = .array(elements)
                    throw error
                }
                enterElement(of: elements, at: index)
            } else {
                throw JSONPatch.Fault.notAContainer(value, tokens, level)
            }
        }
        try editLast(edit, tokens, tokens.count - 1)
    }

    /// Edits the member or element that the last token names.
    private mutating func editLast(_ edit: JSONPatch.Edit, _ tokens: [String], _ level: Int) throws(JSONPatch.Fault) {
        if var object = takeObject() {
            defer { value = .object(object) }
            if case .add(let new) = edit {
                object[tokens[level]] = new
                return
            }
            guard let position = object.position(of: tokens[level]) else {
                throw JSONPatch.Fault.missing(tokens, level)
            }
            if case .replace(let new) = edit {
                object.setValue(new, at: position)
            } else {
                object.remove(tokens[level])
            }
        } else if var elements = takeElements() {
            defer { value = .array(elements) }
            let count = elements.count
            switch edit {
            case .add(let new):
                let isAppended = tokens[level].hasSameBytes(as: "-")
                let index = isAppended ? count : try JSONPatch.Fault.index(tokens, level, below: count + 1, of: count)
                elements.insert(new, at: index)
            case .replace(let new):
                elements[try JSONPatch.Fault.index(tokens, level, below: count, of: count)] = new
            case .remove:
                elements.remove(at: try JSONPatch.Fault.index(tokens, level, below: count, of: count))
            }
        } else {
            throw JSONPatch.Fault.notAContainer(value, tokens, level)
        }
    }
}

extension JSONPatch.Fault {
    /// The index that a token is in an array.
    static func index(
        _ tokens: [String],
        _ level: Int,
        below bound: Int,
        of count: Int
    ) throws(JSONPatch.Fault) -> Int {
        let place = JSONPointer(tokens: Array(tokens[..<level]))
        let token = tokens[level]
        guard let index = JSONPointer.index(token) else {
            let isPastEnd = token.hasSameBytes(as: "-") || (!token.isEmpty && token.utf8.allSatisfy { $0 &- 48 < 10 })
            throw JSONPatch.Fault(
                isPastEnd && token.utf8.first != 48
                    ? .outOfRange(place, token: token, count: count) : .notAnIndex(place, token: token)
            )
        }
        guard index < bound else { throw JSONPatch.Fault(.outOfRange(place, token: token, count: count)) }
        return index
    }

    static func missing(_ tokens: [String], _ level: Int) -> JSONPatch.Fault {
        JSONPatch.Fault(.missing(JSONPointer(tokens: Array(tokens[...level]))))
    }

    static func notAContainer(_ value: JSONValue, _ tokens: [String], _ level: Int) -> JSONPatch.Fault {
        JSONPatch.Fault(.notAContainer(JSONPointer(tokens: Array(tokens[..<level])), kind: value.kindDescription))
    }
}
