import JSON

/// Rules on what is tuned: names, and the values behind them.
enum ParameterRules {
    private static let members = Members("name", "searchSpace")

    /// A parameter as far as it could be understood.
    struct Checked {
        let index: Int
        let name: String
        /// The environment variable it becomes; `nil` when none can be made, or another parameter has it.
        let variable: String?
        /// Its values; `nil` when something is wrong with them.
        let searchSpace: SearchSpaceRules.Checked?
    }

    /// - Returns: The parameters that have a name; `nil` when there is no list of them.
    static func check(_ spec: JSONObject, _ findings: inout Findings) -> [Checked]? {
        guard let parameters = findings.list("parameters", in: spec, required: true, count: Limits.parameters) else {
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
                    let name = findings.string(
                        "name",
                        in: parameter,
                        required: true,
                        length: Limits.parameterNameLength
                    )
                    let variable = name.flatMap { variables.check($0, &findings) }
                    var values: SearchSpaceRules.Checked?
                    if let searchSpace = findings.object("searchSpace", in: parameter, required: true) {
                        findings.at("searchSpace") { values = SearchSpaceRules.check(searchSpace, &$0) }
                    }
                    findings.checkMembers(of: parameter, members)
                    if let name {
                        checked.append(Checked(index: index, name: name, variable: variable, searchSpace: values))
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
