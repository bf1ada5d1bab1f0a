import JSON

/// Rules on how unpromising trials are stopped.
enum PruneRules {
    private static let members = Members("medianStop", "asha", "hyperband")
    private static let medianStopMembers = Members("startupTrials", "startupSteps")
    private static let ashaMembers = Members("reductionFactor", "minProgress")
    private static let hyperbandMembers = Members("reductionFactor", "minProgress", "maxProgress")

    /// - Parameter objectives: How many there are; `nil` when that is unknown.
    /// - Returns: The least number of trials of which one can be stopped; `nil` when that is unknown, or none ever is.
    static func check(_ spec: JSONObject, objectives: Int?, _ findings: inout Findings) -> Int64? {
        guard let algorithm = findings.object("pruneAlgorithm", in: spec) else { return nil }
        var needed: Int64?
        findings.at("pruneAlgorithm") { findings in
            findings.checkMembers(of: algorithm, members)
            if let medianStop = findings.object("medianStop", in: algorithm) {
                findings.at("medianStop") { findings in
                    // They must have succeeded, so that none of them is the one that is stopped.
                    needed = findings.integer("startupTrials", in: medianStop, .int32, range: Limits.pruneStartupTrials)
                        .map { $0 + 1 }
                    _ = findings.integer("startupSteps", in: medianStop, .int64, range: Limits.startupSteps)
                    findings.checkMembers(of: medianStop, medianStopMembers)
                }
            }
            if let asha = findings.object("asha", in: algorithm) {
                findings.at("asha") { findings in
                    needed = checkRungs(asha, &findings).reductionFactor
                    findings.checkMembers(of: asha, ashaMembers)
                }
            }
            if let hyperband = findings.object("hyperband", in: algorithm) {
                findings.at("hyperband") { findings in
                    let rungs = checkRungs(hyperband, &findings)
                    checkLastRung(hyperband, above: rungs.minProgress, &findings)
                    needed = rungs.reductionFactor
                    findings.checkMembers(of: hyperband, hyperbandMembers)
                }
            }
            findings.checkExactlyOne(of: members, in: algorithm)
            if let objectives, objectives > 1 {
                findings.add(
                    .invalid,
                    nil,
                    "pruning compares trials by one objective; remove it or the other objectives"
                )
            }
        }
        return needed
    }

    /// What `asha` and `hyperband` share.
    private static func checkRungs(
        _ settings: JSONObject,
        _ findings: inout Findings
    ) -> (reductionFactor: Int64?, minProgress: Int64?) {
        (
            findings.integer("reductionFactor", in: settings, .int32, range: Limits.reductionFactor),
            findings.integer("minProgress", in: settings, .int64, range: Limits.progress)
        )
    }

    private static func checkLastRung(_ settings: JSONObject, above first: Int64?, _ findings: inout Findings) {
        guard let last = findings.integer("maxProgress", in: settings, .int64, range: Limits.progress), let first,
            last <= first
        else { return }
        findings.add(
            at: "maxProgress",
            .invalid,
            .number(JSONNumber(last)),
            "maxProgress must be greater than minProgress (\(first))"
        )
    }
}
