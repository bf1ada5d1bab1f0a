import JSON

/// Reading numbers that the API writes as texts.
extension Findings {
    /// A member that must be a number its type can hold.
    ///
    /// - Parameter type: What the number is for; `nil` when that is unknown, and only the grammar can be checked.
    /// - Returns: `nil` also without a type.
    mutating func number(
        _ key: String,
        in parent: JSONObject,
        required: Bool = true,
        _ type: NumberType?
    ) -> DecimalText? {
        guard let text = string(key, in: parent, required: required, length: Limits.numberLength) else { return nil }
        guard let number = DecimalText(text) else {
            at(key) { $0.add(.invalid, .string(text), "\($0.path) in body should match \(DecimalText.grammar)") }
            return nil
        }
        guard let type else { return nil }
        let problem: String? =
            switch type {
            case .int where !number.isWhole: "must be a whole number, because type is Int"
            case .int where number.int64 == nil: "must fit a signed 64-bit integer, because type is Int"
            case .float where number.double == nil: "must fit a 64-bit floating-point number (up to about 1.8e308)"
            default: nil
            }
        if let problem {
            add(at: key, .invalid, .string(text), problem)
            return nil
        }
        return number
    }

    /// The same for a number that must be above 0, such as a step.
    mutating func positiveNumber(
        _ key: String,
        in parent: JSONObject,
        required: Bool,
        _ type: NumberType?
    ) -> DecimalText? {
        guard let number = number(key, in: parent, required: required, type) else { return nil }
        guard let value = number.double, value > 0 else {
            let problem = "\(key) must be strictly greater than 0" + number.underflowNote
            add(at: key, .invalid, .string(number.text), problem)
            return nil
        }
        return number
    }

    /// The `type` of a distribution, its default when absent; `nil` when it is none.
    mutating func numberType(in parent: JSONObject) -> NumberType? {
        let before = errors.count
        let type = choice("type", in: parent, of: NumberType.allCases)
        return errors.count == before ? type ?? .float : nil
    }
}
