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
            try edit(.add(value), path.tokens, 0)
        case .replace(let path, let value):
            try value.checkDepth(at: path, value.extent(maximumBytes: .max), limits)
            try edit(.replace(value), path.tokens, 0)
        case .remove(let path):
            guard !path.isRoot else { throw JSONPatch.Fault(.removedDocument) }
            try edit(.remove, path.tokens, 0)
        case .move(let from, let path):
            let value = try carry(from, to: path, limits, &carried)
            guard from != path else { return }
            guard !path.tokens.starts(with: from.tokens, by: { $0.hasSameBytes(as: $1) }) else {
                throw JSONPatch.Fault(.movedIntoItself)
            }
            try edit(.remove, from.tokens, 0)
            try edit(.add(value), path.tokens, 0)
        case .copy(let from, let path):
            let value = try carry(from, to: path, limits, &carried)
            try edit(.add(value), path.tokens, 0)
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
                guard let member = object[token] else { throw Self.missing(pointer.tokens, level) }
                value = member
            case .array(let elements):
                value = elements[try Self.index(pointer.tokens, level, below: elements.count, of: elements.count)]
            default:
                throw value.notAContainer(pointer.tokens, level)
            }
        }
        return value
    }

    /// Follows the path and edits where it ends, with every container on the way changed in place.
    private mutating func edit(_ edit: JSONPatch.Edit, _ tokens: [String], _ level: Int) throws(JSONPatch.Fault) {
        let isLast = level == tokens.count - 1
        switch self {
        case _ where level >= tokens.count:
            switch edit {
            case .add(let value), .replace(let value): self = value
            case .remove: self = .null
            }
        case .object(var object):
            self = .null  // so that `object` is the only owner
            defer { self = .object(object) }
            guard let position = object.position(of: tokens[level]) else {
                guard isLast, case .add(let value) = edit else { throw Self.missing(tokens, level) }
                object[tokens[level]] = value
                return
            }
            if isLast, case .remove = edit {
                object.remove(tokens[level])
                return
            }
            var member = object[position].value
            object.setValue(.null, at: position)
            defer { object.setValue(member, at: position) }
            try member.edit(edit, tokens, level + 1)
        case .array(var elements):
            self = .null
            defer { self = .array(elements) }
            if isLast, case .add(let value) = edit {
                let end = elements.count
                let isAppended = tokens[level].hasSameBytes(as: "-")
                elements.insert(value, at: isAppended ? end : try Self.index(tokens, level, below: end + 1, of: end))
                return
            }
            let index = try Self.index(tokens, level, below: elements.count, of: elements.count)
            if isLast, case .remove = edit {
                elements.remove(at: index)
                return
            }
            var element = elements[index]
            elements[index] = .null
            defer { elements[index] = element }
            try element.edit(edit, tokens, level + 1)
        default:
            throw notAContainer(tokens, level)
        }
    }

    /// The index that a token is in an array.
    private static func index(
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

    private static func missing(_ tokens: [String], _ level: Int) -> JSONPatch.Fault {
        JSONPatch.Fault(.missing(JSONPointer(tokens: Array(tokens[...level]))))
    }

    private func notAContainer(_ tokens: [String], _ level: Int) -> JSONPatch.Fault {
        JSONPatch.Fault(.notAContainer(JSONPointer(tokens: Array(tokens[..<level])), kind: kindDescription))
    }
}
