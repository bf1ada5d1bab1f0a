import JSON
import Kubernetes

/// Rules on the spec: its members one by one, then what they say together.
enum SpecRules {
    private static let members = Members(
        "objectives",
        "searchAlgorithm",
        "parameters",
        "numTrials",
        "parallelTrials",
        "maxFailedTrials",
        "warmStartFrom",
        "pruneAlgorithm",
        "suspend",
        "managedBy",
        "ttlSecondsAfterFinished",
        "trialRetention",
        "trainJobTemplate"
    )

    /// - Parameter name: The job's own name; empty when it is still to be made up.
    static func check(_ spec: JSONObject, name: String, _ options: ValidationOptions, _ findings: inout Findings) {
        let objectives = ObjectiveRules.check(spec, &findings)
        let algorithm = AlgorithmRules.check(spec, objectives: objectives, &findings)
        let (parameters, variables) = ParameterRules.check(spec, &findings)
        let numTrials = checkTrials(spec, &findings)
        let neededToPrune = PruneRules.check(spec, objectives: objectives, &findings)
        checkWarmStart(spec, name: name, &findings)
        checkLifecycle(spec, &findings)
        if algorithm.usesGrid, let parameters {
            GridRules.check(parameters, numTrials: numTrials, &findings)
        }
        if let startup = algorithm.startupTrials, let numTrials, startup >= numTrials {
            findings.warn(
                "spec.searchAlgorithm: the first \(startup) trials are drawn at random, "
                    + "which is all \(numTrials) of them"
            )
        }
        if let neededToPrune, let numTrials, neededToPrune > numTrials {
            findings.warn(
                "spec.pruneAlgorithm: it stops no trial before there are \(neededToPrune), "
                    + "and spec.numTrials says \(numTrials)"
            )
        }
        TemplateRules.check(spec, variables: variables, options, &findings)
        findings.checkMembers(of: spec, members)
    }

    /// - Returns: `numTrials`, its default when absent, `nil` when it is no number.
    private static func checkTrials(_ spec: JSONObject, _ findings: inout Findings) -> Int64? {
        let before = findings.errors.count
        let numTrials = findings.integer("numTrials", in: spec, .int32, range: Limits.trials) ?? 1
        let parallelTrials = findings.integer("parallelTrials", in: spec, .int32, range: Limits.trials) ?? 1
        let isTyped = findings.errors[before...].allSatisfy { $0.reason != .typeInvalid }
        if let tolerated = findings.integer("maxFailedTrials", in: spec, .int32, range: Limits.failedTrials), isTyped,
            tolerated >= numTrials
        {
            findings.warn(
                "spec.maxFailedTrials: no more than \(numTrials) trials can fail, so \(tolerated) sets no limit"
            )
        }
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

    private static func checkWarmStart(_ spec: JSONObject, name: String, _ findings: inout Findings) {
        guard let jobs = findings.list("warmStartFrom", in: spec, count: Limits.warmStarts) else { return }
        var seen = DistinctValues()
        findings.at("warmStartFrom") { findings in
            for (index, value) in jobs.enumerated() {
                guard let job = findings.string(at: index, value, length: Limits.objectNameLength) else { continue }
                findings.at(index) { findings in
                    for problem in NameRules.subdomainProblems(job) {
                        findings.add(.invalid, value, problem)
                    }
                    if !seen.insert(value) { findings.add(.duplicate, value) }
                    if !name.isEmpty, job == name {
                        findings.add(.invalid, value, "a job cannot start from its own trials; name finished jobs")
                    }
                }
            }
        }
    }

    /// Who runs the job, when, and what is left of it.
    private static func checkLifecycle(_ spec: JSONObject, _ findings: inout Findings) {
        _ = findings.bool("suspend", in: spec)
        if let manager = findings.string("managedBy", in: spec, length: 0...Limits.objectNameLength.upperBound),
            manager != Managers.controller, manager != Managers.multiKueue
        {
            findings.add(
                at: "managedBy",
                .invalid,
                .string(manager),
                "ManagedBy must be \(Managers.controller) or \(Managers.multiKueue) if set"
            )
        }
        _ = findings.integer("ttlSecondsAfterFinished", in: spec, .int32, range: Limits.timeToLive)
        _ = findings.choice("trialRetention", in: spec, of: TrialRetention.allCases)
    }
}
