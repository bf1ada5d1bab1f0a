import JSON
import Search

/// Rules on what is tuned: names, and the values behind them.
enum ParameterRules {
    private static let members = Members("name", "searchSpace")

    /// Parameters a job can have.
    static let limit = 100

    /// A parameter as far as it could be understood.
    struct Checked {
        let index: Int
        let name: String
        /// The environment variable it becomes; `nil` when none can be made, or another parameter has it.
        let variable: String?
        /// Its values; `nil` when something is wrong with them.
        let domain: Domain?
    }

    /// - Returns: The parameters that have a name; `nil` when there is no list of them.
    static func check(_ spec: JSONObject, _ findings: inout Findings) -> [Checked]? {
        guard let parameters = findings.list("parameters", in: spec, required: true, count: 1...limit) else {
            return nil
        }
        var checked: [Checked] = []
        var variables = ParameterVariables()
        findings.at("parameters") { findings in
            for (index, value) in parameters.enumerated() {
                findings.at(index) { findings in
                    guard case .object(let parameter) = value else {
                        findings.wrongType(value, expected: "object")
                        return
                    }
                    let name = findings.string("name", in: parameter, required: true, length: 1...64)
                    let variable = name.flatMap { variables.check($0, &findings) }
                    var domain: Domain?
                    if let searchSpace = findings.object("searchSpace", in: parameter, required: true) {
                        findings.at("searchSpace") { domain = SearchSpaceRules.check(searchSpace, &$0) }
                    }
                    findings.checkMembers(of: parameter, members)
                    if let name {
                        checked.append(Checked(index: index, name: name, variable: variable, domain: domain))
                    }
                }
            }
        }
        return checked
    }
}

/// The environment variables of the parameters seen so far: every parameter needs one that no other has.
private struct ParameterVariables {
    /// The parameter each variable belongs to.
    private var owners: [String: String] = [:]
    /// Names no variable can be made of, as bytes: they can be any text, and only bytes tell texts apart.
    private var unusable: Set<[UInt8]> = []

    /// - Returns: The parameter's variable, when nothing is wrong.
    mutating func check(_ name: String, _ findings: inout Findings) -> String? {
        guard let variable = TrialEnvironment.variable(for: name) else {
            if unusable.insert(Array(name.utf8)).inserted {
                findings.add(
                    at: "name",
                    .invalid,
                    .string(name),
                    "no environment variable can be made of it; use letters, digits, '_', '-' and '.'"
                )
            } else {
                findings.add(.duplicate, ["name": .string(name)])
            }
            return nil
        }
        guard let owner = owners.updateValue(name, forKey: variable) else { return variable }
        owners[variable] = owner
        if owner == name {
            findings.add(.duplicate, ["name": .string(name)])
        } else {
            findings.add(
                at: "name",
                .invalid,
                .string(name),
                "its environment variable \(variable) is that of parameter \(FieldError.quoted(owner)) already; rename one"
            )
        }
        return nil
    }
}

/// Rules on the values of one parameter.
enum SearchSpaceRules {
    private static let members = Members("uniform", "logUniform", "categorical", planned: ["normal", "logNormal"])
    private static let uniformMembers = Members("min", "max", "type", planned: ["step"])
    private static let logUniformMembers = Members("min", "max", "type")
    private static let categoricalMembers = Members("choices")

    /// - Returns: The values, when nothing is wrong.
    static func check(_ searchSpace: JSONObject, _ findings: inout Findings) -> Domain? {
        let before = findings.errors.count
        findings.checkMembers(of: searchSpace, members)
        var domain: Domain?
        for (field, scale) in [("uniform", Domain.Scale.linear), ("logUniform", .log)] {
            guard let range = findings.object(field, in: searchSpace) else { continue }
            findings.at(field) { domain = checkRange(range, scale, &$0) }
        }
        if let categorical = findings.object("categorical", in: searchSpace) {
            findings.at("categorical") { domain = checkChoices(categorical, &$0) }
        }
        let isSet = { (name: String) in !(searchSpace[name] ?? .null).isNull }
        let chosen = members.known.count(where: isSet) + members.planned.count(where: isSet)
        if chosen != 1 {
            findings.add(.invalid, nil, "exactly one of the fields in [uniform logUniform categorical] must be set")
        }
        return findings.errors.count == before ? domain : nil
    }

    private static func checkRange(_ range: JSONObject, _ scale: Domain.Scale, _ findings: inout Findings) -> Domain? {
        findings.checkMembers(of: range, scale == .linear ? uniformMembers : logUniformMembers)
        let before = findings.errors.count
        let typeName = findings.choice("type", in: range, of: ["Int", "Float"]) ?? "Float"
        guard findings.errors.count == before, let type = NumericRange.NumberType(rawValue: typeName) else {
            // Without a type, only the grammar of the bounds can be checked.
            _ = bound("min", in: range, nil, &findings)
            _ = bound("max", in: range, nil, &findings)
            return nil
        }
        let min = bound("min", in: range, type, &findings)
        let max = bound("max", in: range, type, &findings)
        guard let min else { return nil }
        if scale == .log, min.double ?? 0 <= 0 {
            findings.add(at: "min", .invalid, .string(min.text), "min must be strictly greater than 0")
            return nil
        }
        guard let max else { return nil }
        let isOrdered =
            switch type {
            case .int: (min.int64 ?? 0) < (max.int64 ?? 0)
            case .float: (min.double ?? 0) < (max.double ?? 0)
            }
        guard isOrdered else {
            findings.add(at: "min", .invalid, .string(min.text), "min must be strictly less than max (\(max.text))")
            return nil
        }
        return NumericRange.domain(from: min, to: max, type, scale)
    }

    /// A bound that its type can hold.
    private static func bound(
        _ key: String,
        in range: JSONObject,
        _ type: NumericRange.NumberType?,
        _ findings: inout Findings
    ) -> DecimalText? {
        guard let text = findings.string(key, in: range, required: true, length: 1...64) else { return nil }
        guard let number = DecimalText(text) else {
            findings.at(key) {
                $0.add(.invalid, .string(text), "\($0.path) in body should match '\(DecimalText.pattern)'")
            }
            return nil
        }
        let problem: String? =
            switch type {
            case .int where !number.isWhole: "must be a whole number, because type is Int"
            case .int where number.int64 == nil: "must fit a signed 64-bit integer, because type is Int"
            case .float where number.double == nil: "must fit a 64-bit floating-point number (up to about 1.8e308)"
            default: nil
            }
        if let problem {
            findings.add(at: key, .invalid, .string(text), problem)
            return nil
        }
        return type == nil ? nil : number
    }

    private static func checkChoices(_ categorical: JSONObject, _ findings: inout Findings) -> Domain? {
        findings.checkMembers(of: categorical, categoricalMembers)
        guard let choices = findings.list("choices", in: categorical, required: true, count: 1...100) else {
            return nil
        }
        var texts: [String] = []
        texts.reserveCapacity(choices.count)
        findings.at("choices") { findings in
            var seen: Set<JSONValue> = []
            for (index, value) in choices.enumerated() {
                guard let text = findings.string(at: index, value, length: 0...64) else { continue }
                // JSON compares bytes, as an API server does: "\u{E9}" and "e\u{301}" are two choices. Of a few choices
                // looking through them all is quicker than hashing.
                let isRepeated = choices.count <= 8 ? choices[..<index].contains(value) : !seen.insert(value).inserted
                if isRepeated {
                    findings.at(index) { $0.add(.duplicate, value) }
                } else {
                    texts.append(text)
                }
            }
        }
        return texts.count == choices.count ? .categorical(texts) : nil
    }
}
