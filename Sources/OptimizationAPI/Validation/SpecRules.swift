import JSON
import Search

/// Rules on the spec: its members one by one, then what they say together.
enum SpecRules {
    /// Trials a job may ask for. Upstream stops at 100; the history of 1000 still fits an object.
    static let trials: ClosedRange<Int64> = 1...1000

    private static let members = Members(
        "objectives",
        "searchAlgorithm",
        "parameters",
        "numTrials",
        "parallelTrials",
        "trainJobTemplate",
        planned: [
            "maxFailedTrials", "warmStartFrom", "pruneAlgorithm", "suspend", "managedBy", "ttlSecondsAfterFinished",
            "trialRetention",
        ]
    )

    static func check(_ spec: JSONObject, _ findings: inout Findings) {
        ObjectiveRules.check(spec, &findings)
        let algorithm = AlgorithmRules.check(spec, &findings)
        let parameters = ParameterRules.check(spec, &findings)
        let numTrials = checkTrials(spec, &findings)
        if algorithm.usesGrid, let parameters {
            GridRules.check(parameters, numTrials: numTrials, &findings)
        }
        TemplateRules.check(spec, parameters: parameters ?? [], &findings)
        findings.checkMembers(of: spec, members)
    }

    /// - Returns: `numTrials`, its default when absent, `nil` when it is no number.
    private static func checkTrials(_ spec: JSONObject, _ findings: inout Findings) -> Int64? {
        let before = findings.errors.count
        let numTrials = findings.integer("numTrials", in: spec, .int32, range: trials) ?? 1
        let parallelTrials = findings.integer("parallelTrials", in: spec, .int32, range: trials) ?? 1
        let isTyped = findings.errors[before...].allSatisfy { $0.reason != .typeInvalid }
        guard isTyped else { return nil }
        if parallelTrials > numTrials {
            findings.add(
                at: "parallelTrials",
                .invalid,
                .number(JSONNumber(parallelTrials)),
                "parallelTrials cannot exceed numTrials (\(numTrials))"
            )
        }
        return numTrials
    }
}

/// Rules on what is tuned for.
enum ObjectiveRules {
    private static let members = Members("metric", "direction", planned: ["goal"])

    static func check(_ spec: JSONObject, _ findings: inout Findings) {
        guard
            let objectives = findings.list(
                "objectives",
                in: spec,
                required: true,
                count: 1...1,
                hint: "; several objectives are not supported yet"
            )
        else { return }
        findings.at("objectives") { findings in
            for (index, value) in objectives.enumerated() {
                findings.at(index) { findings in
                    guard case .object(let objective) = value else {
                        findings.wrongType(value, expected: "object")
                        return
                    }
                    _ = findings.string("metric", in: objective, required: true, length: 1...64)
                    _ = findings.choice("direction", in: objective, of: ["Maximize", "Minimize"])
                    findings.checkMembers(of: objective, members)
                }
            }
        }
    }
}

/// Rules on how parameters are chosen.
enum AlgorithmRules {
    private static let members = Members("random", "grid", planned: ["sobol", "tpe", "cmaes", "gp", "auto"])
    private static let randomMembers = Members("seed")
    private static let gridMembers = Members()

    struct Choice {
        /// Whether grid search is asked for, alone or beside something else.
        var usesGrid = false
    }

    static func check(_ spec: JSONObject, _ findings: inout Findings) -> Choice {
        guard let algorithm = findings.object("searchAlgorithm", in: spec) else { return Choice() }
        findings.at("searchAlgorithm") { findings in
            findings.checkMembers(of: algorithm, members)
            if let random = findings.object("random", in: algorithm) {
                findings.at("random") { findings in
                    _ = findings.integer("seed", in: random, .int64)
                    findings.checkMembers(of: random, randomMembers)
                }
            }
            if let grid = findings.object("grid", in: algorithm) {
                findings.at("grid") { $0.checkMembers(of: grid, gridMembers) }
            }
            let isSet = { (name: String) in !(algorithm[name] ?? .null).isNull }
            let chosen = members.known.count(where: isSet) + members.planned.count(where: isSet)
            // One that is not supported yet has been named already; "set exactly one" would only confuse.
            if chosen != 1 {
                findings.add(.invalid, nil, "exactly one of the fields in [random grid] must be set")
            }
        }
        return Choice(usesGrid: algorithm["grid"]?.objectValue != nil)
    }
}

/// Rules on grid search.
enum GridRules {
    static func check(_ parameters: [ParameterRules.Checked], numTrials: Int64?, _ findings: inout Findings) {
        findings.at("parameters") { findings in
            for parameter in parameters {
                guard case .float(_, _, let scale, nil)? = parameter.domain else { continue }
                findings.at(parameter.index) { findings in
                    findings.at("searchSpace") { findings in
                        findings.add(
                            at: scale == .log ? "logUniform" : "uniform",
                            .invalid,
                            nil,
                            "Grid search requires all parameters to be Categorical; Uniform and LogUniform are not "
                                + "supported. (Ranges of type Int are.)"
                        )
                    }
                }
            }
        }
        let domains = parameters.compactMap { parameter in
            parameter.domain.map { ParameterDomain(name: parameter.name, domain: $0) }
        }
        guard let numTrials, domains.count == parameters.count,
            let size = try? SearchSpace(domains).gridSize, size < numTrials
        else { return }
        findings.warn(
            "the grid has \(size) points, so only \(size) of the \(numTrials) trials of spec.numTrials will run"
        )
    }
}
