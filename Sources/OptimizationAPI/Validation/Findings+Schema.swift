import JSON

/// Reading members as a structural schema does: each call says what is wrong, in an API server's words, and answers
/// with the value only when it can be relied on. A member that is `null` counts as absent.
extension Findings {
    /// A member that must be an object.
    mutating func object(_ key: String, in parent: JSONObject, required: Bool = false) -> JSONObject? {
        guard let value = member(key, in: parent, required: required) else { return nil }
        if case .object(let object) = value { return object }
        at(key) { $0.wrongType(value, expected: "object") }
        return nil
    }

    /// A member that must be a list of a certain length.
    ///
    /// - Returns: `nil` also for a list that is too long, so that nobody walks through it.
    mutating func list(
        _ key: String,
        in parent: JSONObject,
        required: Bool = false,
        count: ClosedRange<Int>,
        hint: String = ""
    ) -> [JSONValue]? {
        guard let value = member(key, in: parent, required: required) else { return nil }
        guard case .array(let list) = value else {
            at(key) { $0.wrongType(value, expected: "array") }
            return nil
        }
        if list.count < count.lowerBound {
            at(key) {
                $0.add(
                    .invalid,
                    .number(JSONNumber(list.count)),
                    "\($0.path) in body should have at least \(count.lowerBound) items"
                )
            }
            return nil
        }
        guard list.count <= count.upperBound else {
            let items = count.upperBound == 1 ? "item" : "items"
            add(
                at: key,
                .tooMany,
                .number(JSONNumber(list.count)),
                "must have at most \(count.upperBound) \(items)\(hint)"
            )
            return nil
        }
        return list
    }

    /// Runs `check` on every element of the list at `key`, one further down each; elements must be objects.
    mutating func forEachObject(
        of list: [JSONValue],
        at key: String,
        _ check: (Int, JSONObject, inout Findings) -> Void
    ) {
        at(key) { findings in
            for (index, value) in list.enumerated() {
                findings.at(index) { findings in
                    guard case .object(let object) = value else {
                        findings.wrongType(value, expected: "object")
                        return
                    }
                    check(index, object, &findings)
                }
            }
        }
    }

    /// A member that must be a text of a certain length, counted in Unicode scalars as an API server does.
    mutating func string(
        _ key: String,
        in parent: JSONObject,
        required: Bool = false,
        length: ClosedRange<Int> = 0...(.max)
    ) -> String? {
        guard let value = member(key, in: parent, required: required) else { return nil }
        if let text = Findings.fitting(value, length) { return text }
        var text: String?
        at(key) { text = $0.string(value, length: length) }
        return text
    }

    /// An element of what is here, which must be a text of a certain length.
    mutating func string(at index: Int, _ value: JSONValue, length: ClosedRange<Int>) -> String? {
        if let text = Findings.fitting(value, length) { return text }
        var text: String?
        at(index) { text = $0.string(value, length: length) }
        return text
    }

    /// A text whose length in bytes settles the matter without a look at its path or its scalars: nearly every one.
    private static func fitting(_ value: JSONValue, _ length: ClosedRange<Int>) -> String? {
        guard case .string(let text) = value, length.contains(text.utf8.count) else { return nil }
        return text
    }

    /// What is here, which must be a text of a certain length.
    mutating func string(_ value: JSONValue, length: ClosedRange<Int> = 0...(.max)) -> String? {
        guard case .string(let text) = value else {
            wrongType(value, expected: "string")
            return nil
        }
        // Bytes are at least as many as scalars, so short texts need no second count.
        if text.utf8.count > length.upperBound, text.unicodeScalars.count > length.upperBound {
            add(.tooLong, nil, "may not be more than \(length.upperBound) bytes")
            return nil
        }
        if text.utf8.count < length.lowerBound {
            add(.invalid, value, "\(path) in body should be at least \(length.lowerBound) chars long")
            return nil
        }
        return text
    }

    /// A member that must be one of several words.
    mutating func choice<Word>(_ key: String, in parent: JSONObject, of supported: [Word]) -> Word?
    where Word: RawRepresentable<String> {
        guard let text = string(key, in: parent) else { return nil }
        guard let word = supported.first(where: { $0.rawValue == text }) else {
            let list = supported.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
            add(at: key, .notSupported, .string(text), "supported values: \(list)")
            return nil
        }
        return word
    }

    /// A member that must be true or false.
    mutating func bool(_ key: String, in parent: JSONObject) -> Bool? {
        guard let value = member(key, in: parent, required: false) else { return nil }
        if case .bool(let bool) = value { return bool }
        at(key) { $0.wrongType(value, expected: "boolean") }
        return nil
    }

    /// How many bits an integer field has.
    enum IntegerFormat: String {
        case int32, int64
    }

    /// A member that must be a whole number.
    ///
    /// - Returns: The number even when it is out of range, since rules between fields can still be checked; `nil` when
    ///   it is absent or not a whole number written as plain digits.
    mutating func integer(
        _ key: String,
        in parent: JSONObject,
        _ format: IntegerFormat,
        range: ClosedRange<Int64> = .min...(.max)
    ) -> Int64? {
        guard let value = member(key, in: parent, required: false) else { return nil }
        if format == .int64 || range.upperBound <= Int32.max, let whole = value.int64Value, range.contains(whole) {
            return whole
        }
        var result: Int64?
        at(key) { result = $0.integer(value, format, range) }
        return result
    }

    private mutating func integer(_ value: JSONValue, _ format: IntegerFormat, _ range: ClosedRange<Int64>) -> Int64? {
        guard case .number(let number) = value else {
            wrongType(value, expected: "integer")
            return nil
        }
        guard let whole = number.int64 else {
            // An API server parses anything else, `2.0` included, as float64.
            add(.typeInvalid, "float64", "\(path) in body must be of type \(format.rawValue): \"float64\"")
            return nil
        }
        if whole < range.lowerBound {
            add(.invalid, value, "\(path) in body should be greater than or equal to \(range.lowerBound)")
        } else if whole > range.upperBound {
            add(.invalid, value, "\(path) in body should be less than or equal to \(range.upperBound)")
        } else if format == .int32, Int32(exactly: whole) == nil {
            add(.invalid, value, "\(path) in body must be of type int32")
            return nil
        }
        return whole
    }

    /// Notes that what is here has the wrong JSON type.
    mutating func wrongType(_ value: JSONValue, expected: String) {
        let type = Findings.typeName(of: value)
        let subject = path.components.isEmpty ? "" : "\(path) in body "
        add(.typeInvalid, .string(type), "\(subject)must be of type \(expected): \"\(type)\"")
    }

    private mutating func member(_ key: String, in parent: JSONObject, required: Bool) -> JSONValue? {
        if let value = parent[key], !value.isNull { return value }
        if required { add(at: key, .required) }
        return nil
    }

    private static func typeName(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number(let number): number.int64 == nil ? "number" : "integer"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
