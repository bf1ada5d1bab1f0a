import JSON

/// Rules on what is tuned: names, and the values behind them.
enum ParameterRules {
    private static let members = Members("name", "searchSpace")

    /// A parameter as far as it could be understood.
    struct Checked {
        let index: Int
        let name: String
        /// Its values; `nil` when something is wrong with them.
        let searchSpace: SearchSpaceRules.Checked?
    }

    /// - Returns: The parameters that have a name, `nil` when there is no list of them, and their variables.
    static func check(
        _ spec: JSONObject,
        _ findings: inout Findings
    ) -> (parameters: [Checked]?, variables: ParameterVariables) {
        var variables = ParameterVariables()
        guard let parameters = findings.list("parameters", in: spec, required: true, count: Limits.parameters) else {
            return (nil, variables)
        }
        var checked: [Checked] = []
        checked.reserveCapacity(parameters.count)
        variables.reserveCapacity(parameters.count)
        findings.forEachObject(of: parameters, at: "parameters") { index, parameter, findings in
            let name = findings.string(
                "name",
                in: parameter,
                required: true,
                length: Limits.parameterNameLength
            )
            if let name { variables.check(name, &findings) }
            var values: SearchSpaceRules.Checked?
            if let searchSpace = findings.object("searchSpace", in: parameter, required: true) {
                findings.at("searchSpace") { values = SearchSpaceRules.check(searchSpace, &$0) }
            }
            findings.checkMembers(of: parameter, members)
            if let name {
                checked.append(Checked(index: index, name: name, searchSpace: values))
            }
        }
        return (checked, variables)
    }
}

/// The environment variables of the parameters seen so far: every parameter needs one that no other has.
struct ParameterVariables {
    /// The parameter each variable belongs to.
    private var owners: [String: String] = [:]
    /// Names no variable can be made of.
    private var unusable = DistinctValues()

    /// How many there are.
    var count: Int { owners.count }

    /// The parameter a variable belongs to; `nil` for a variable of something else.
    func owner(of variable: String) -> String? {
        // All begin alike, which is quicker to see than a hash to make.
        variable.hasPrefix(TrialEnvironment.prefix) ? owners[variable] : nil
    }

    /// Makes room for the variables of that many parameters.
    mutating func reserveCapacity(_ count: Int) {
        owners.reserveCapacity(count)
    }

    /// Adds a parameter's variable, unless something is wrong with it.
    mutating func check(_ name: String, _ findings: inout Findings) {
        guard let variable = TrialEnvironment.variable(for: name) else {
            if unusable.insert(.string(name)) {
                findings.add(
                    at: "name",
                    .invalid,
                    .string(name),
                    "no environment variable can be made of it; use letters, digits, '_', '-' and '.'"
                )
            } else {
                findings.add(.duplicate, ["name": .string(name)])
            }
            return
        }
        guard let owner = owners.updateValue(name, forKey: variable) else { return }
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
    }
}
