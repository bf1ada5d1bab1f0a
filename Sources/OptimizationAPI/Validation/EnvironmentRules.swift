import JSON

/// Rules on the environment of the training container: the template's variables and the parameters' share one list.
enum EnvironmentRules {
    /// - Parameters:
    ///   - trainJob: The template's TrainJob spec.
    ///   - variables: What the job's parameters become.
    static func check(_ trainJob: JSONObject, _ variables: ParameterVariables, _ findings: inout Findings) {
        let usage = EnvironmentUsage(of: .object(trainJob))
        let entries = usage.entries
        let spellings = checkReferences(usage, variables, &findings)
        checkOtherReferences(usage, variables, &findings)
        let needed = variables.count + spellings
        findings.at("trainer") { findings in
            findings.at("env") { findings in
                if entries.count <= TrialEnvironment.limit, entries.count + needed > TrialEnvironment.limit {
                    findings.add(
                        .tooMany,
                        .number(JSONNumber(entries.count + needed)),
                        "must have at most \(TrialEnvironment.limit) items, "
                            + "of which \(needed) are needed for parameters"
                    )
                }
                checkCollisions(entries, variables, &findings)
            }
        }
    }

    private static func checkCollisions(
        _ entries: [JSONValue],
        _ variables: ParameterVariables,
        _ findings: inout Findings
    ) {
        for (index, entry) in entries.prefix(TrialEnvironment.limit).enumerated() {
            guard let name = entry["name"]?.stringValue, let owner = variables.owner(of: name) else { continue }
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

    /// A reference that looks like a parameter's variable, but is none, is most likely misspelt: the trial would see the
    /// text `$(OPT_…)` itself.
    ///
    /// - Returns: How many more variables the references ask for.
    private static func checkReferences(
        _ usage: EnvironmentUsage,
        _ variables: ParameterVariables,
        _ findings: inout Findings
    ) -> Int {
        var spellings = 0
        for name in usage.references where variables.owner(of: name) == nil && !usage.defines(name) {
            if let variable = TrialEnvironment.spelledVariable(name), let owner = variables.owner(of: variable),
                TrialEnvironment.isSpelling(name, of: owner, variable: variable)
            {
                spellings += 1
            } else {
                findings.warn("\(findings.path.key("trainer")): $(\(name)) refers to no parameter of this job")
            }
        }
        return spellings
    }

    /// What the runtimes of Kubeflow Trainer set themselves.
    private static let runtimePrefixes = ["DMLC_", "JAX_", "KUBEFLOW_TRAINER_", "OMPI_MCA_", "PET_"]

    /// Kubernetes leaves a reference to nothing as it is, and a program that sees `$(lr)` fails in its own words.
    ///
    /// In a shell's command `$(nproc)` means something else, so only names that look like variables' count.
    private static func checkOtherReferences(
        _ usage: EnvironmentUsage,
        _ variables: ParameterVariables,
        _ findings: inout Findings
    ) {
        let path = findings.path.key("trainer")
        for name in usage.otherReferences where !usage.defines(name) {
            if let variable = TrialEnvironment.variable(for: name), let owner = variables.owner(of: variable) {
                let short = TrialEnvironment.shortPrefix + variable.dropFirst(TrialEnvironment.prefix.count)
                findings.warn(
                    "\(path): $(\(name)) stays as it is; write $(\(short)) for parameter \(FieldError.quoted(owner))"
                )
            } else if isConventional(name), !runtimePrefixes.contains(where: name.hasPrefix) {
                findings.warn("\(path): nothing here defines $(\(name)); it stays as it is unless the runtime does")
            }
        }
    }

    /// Whether a name is in upper case, as those of environment variables are.
    private static func isConventional(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
