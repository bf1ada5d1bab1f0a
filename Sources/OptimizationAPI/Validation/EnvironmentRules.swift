import JSON

/// Rules on the environment of the training container: the template's variables and the parameters' share one list.
enum EnvironmentRules {
    /// - Parameters:
    ///   - trainJob: The template's TrainJob spec.
    ///   - parameters: The job's parameters.
    static func check(_ trainJob: JSONObject, parameters: [ParameterRules.Checked], _ findings: inout Findings) {
        let usage = EnvironmentUsage(of: .object(trainJob))
        var owners: [String: String] = [:]
        owners.reserveCapacity(parameters.count)
        for parameter in parameters {
            guard let variable = parameter.variable else { continue }
            owners[variable] = parameter.name
            for spelling in TrialEnvironment.spellings(of: parameter.name, variable: variable, usage: usage) {
                owners[spelling] = parameter.name
            }
        }
        let entries = trainJob["trainer"]?["env"]?.arrayValue ?? []
        findings.at("trainer") { findings in
            findings.at("env") { findings in
                if entries.count <= TrialEnvironment.limit, entries.count + owners.count > TrialEnvironment.limit {
                    findings.add(
                        .tooMany,
                        .number(JSONNumber(entries.count + owners.count)),
                        "must have at most \(TrialEnvironment.limit) items, "
                            + "of which \(owners.count) are needed for parameters"
                    )
                }
                checkCollisions(entries, owners, &findings)
            }
        }
        warnOfUnknownParameters(usage, owners, &findings)
    }

    private static func checkCollisions(
        _ entries: [JSONValue],
        _ owners: [String: String],
        _ findings: inout Findings
    ) {
        for (index, entry) in entries.prefix(TrialEnvironment.limit).enumerated() {
            guard let name = entry["name"]?.stringValue, let owner = owners[name] else { continue }
            findings.at(index) {
                $0.add(
                    at: "name",
                    .invalid,
                    .string(name),
                    "every trial gets this variable for parameter \(FieldError.quoted(owner)); remove it here"
                )
            }
        }
    }

    /// A reference that looks like a parameter's, but is none, is most likely misspelt: the trial would see the text
    /// `$(OPT_…)` itself.
    private static func warnOfUnknownParameters(
        _ usage: EnvironmentUsage,
        _ owners: [String: String],
        _ findings: inout Findings
    ) {
        for name in usage.referenced.sorted()
        where name.hasPrefix(TrialEnvironment.prefix) || name.hasPrefix(TrialEnvironment.shortPrefix) {
            if owners[name] == nil, !usage.defined.contains(name) {
                findings.warn("\(findings.path.key("trainer")): $(\(name)) refers to no parameter of this job")
            }
        }
    }
}
