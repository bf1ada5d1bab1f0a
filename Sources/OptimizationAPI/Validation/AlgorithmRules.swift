import JSON

/// Rules on how parameters are chosen.
enum AlgorithmRules {
    private static let members = Members("random", "grid", "sobol", "tpe", "cmaes", "gp", "auto")
    private static let gridMembers = Members()
    private static let seedMembers = Members("seed")
    private static let tpeMembers = Members("seed", "startupTrials", "candidates")
    private static let cmaesMembers = Members("seed", "startupTrials", "sigma")
    private static let gpMembers = Members("seed", "startupTrials")

    struct Choice {
        /// Whether grid search is asked for, alone or beside something else.
        var usesGrid = false
        /// Trials drawn at random before the algorithm begins; `nil` for one that never does anything else.
        var startupTrials: Int64?
    }

    /// - Parameter objectives: How many there are; `nil` when that is unknown.
    static func check(_ spec: JSONObject, objectives: Int?, _ findings: inout Findings) -> Choice {
        guard let algorithm = findings.object("searchAlgorithm", in: spec) else { return Choice() }
        var choice = Choice(usesGrid: algorithm["grid"]?.objectValue != nil)
        findings.at("searchAlgorithm") { findings in
            findings.checkMembers(of: algorithm, members)
            for name in members.names where algorithm.isSet(name) {
                guard let settings = findings.object(name, in: algorithm) else { continue }
                findings.at(name) { findings in
                    choice.startupTrials = check(settings, of: name, objectives: objectives, &findings)
                }
            }
            findings.checkExactlyOne(of: members, in: algorithm)
        }
        return choice
    }

    /// - Returns: Trials drawn at random first, for an algorithm that has such.
    private static func check(
        _ settings: JSONObject,
        of name: String,
        objectives: Int?,
        _ findings: inout Findings
    ) -> Int64? {
        if name != "grid" { _ = findings.integer("seed", in: settings, .int64) }
        switch name {
        case "grid":
            findings.checkMembers(of: settings, gridMembers)
        case "tpe":
            findings.checkMembers(of: settings, tpeMembers)
            _ = findings.integer("candidates", in: settings, .int32, range: Limits.candidates)
            return startupTrials(in: settings, SearchAlgorithm.Defaults.tpeStartupTrials, &findings)
        case "cmaes":
            findings.checkMembers(of: settings, cmaesMembers)
            if let sigma = findings.positiveNumber("sigma", in: settings, required: false, .float),
                sigma.double ?? 0 > 1
            {
                findings.add(
                    at: "sigma",
                    .invalid,
                    .string(sigma.text),
                    "sigma is a part of every parameter's range, so it must be at most 1"
                )
            }
            if let objectives, objectives > 1 {
                findings.add(.invalid, nil, "CMA-ES tunes for one objective; use tpe, gp, sobol or random for several")
            }
            return startupTrials(in: settings, SearchAlgorithm.Defaults.cmaesStartupTrials, &findings)
        case "gp":
            findings.checkMembers(of: settings, gpMembers)
            return startupTrials(in: settings, SearchAlgorithm.Defaults.gpStartupTrials, &findings)
        default:
            findings.checkMembers(of: settings, seedMembers)
        }
        return nil
    }

    private static func startupTrials(
        in settings: JSONObject,
        _ standard: Int,
        _ findings: inout Findings
    ) -> Int64 {
        findings.integer("startupTrials", in: settings, .int32, range: Limits.searchStartupTrials) ?? Int64(standard)
    }
}
