import JSON
import OptimizationAPI
import Search

/// What a job's user asks for, at first and in the middle: drawn from the seed.
struct Scenario {
    var numTrials: Int
    var parallelTrials: Int
    /// Fields of the spec besides.
    var more: JSONObject = [:]
    var goal: String?
    /// Trials whose TrainJobs a webhook denies for good.
    var denied: Set<Int> = []

    init(using generator: inout SeededGenerator) {
        numTrials = Int.random(in: 1...9, using: &generator)
        parallelTrials = Int.random(in: 1...min(4, numTrials), using: &generator)
        more["trialRetention"] = .string(["All", "All", "Best", "None"].randomElement(using: &generator) ?? "All")
        if Int.random(in: 0..<4, using: &generator) == 0 {
            more["maxFailedTrials"] = .number(JSONNumber(Int.random(in: 0...3, using: &generator)))
        }
        if Int.random(in: 0..<4, using: &generator) == 0 {
            goal = "\(Double(Int.random(in: 0...20, using: &generator)) / 10)"
        }
        if Int.random(in: 0..<8, using: &generator) == 0 { more["suspend"] = true }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            more["pruneAlgorithm"] =
                [
                    ["medianStop": ["startupTrials": 1]], ["asha": ["reductionFactor": 2, "minProgress": 1]],
                    ["hyperband": ["reductionFactor": 2, "minProgress": 1, "maxProgress": 12]],
                ].randomElement(using: &generator)
        }
        switch Int.random(in: 0..<8, using: &generator) {
        case 0, 1: denied = [Int.random(in: 0..<numTrials, using: &generator)]
        case 2: denied = Set(0..<20)
        default: break
        }
    }

    var object: JSONValue {
        Sample.jobObject(numTrials: numTrials, parallelTrials: parallelTrials, goal: goal, more: more)
    }

    /// The user changes their mind about what may change.
    ///
    /// - Returns: What was done, for the trace.
    static func change(_ spec: inout JSONValue, using generator: inout SeededGenerator) -> String {
        let numTrials = Int(spec["numTrials"]?.int64Value ?? 1)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0...2:
            let isSuspended = spec["suspend"]?.boolValue ?? false
            spec["suspend"] = .bool(!isSuspended)
            return isSuspended ? "resume" : "suspend"
        case 3, 4:
            let grown = min(14, numTrials + Int.random(in: 1...3, using: &generator))
            spec["numTrials"] = .number(JSONNumber(grown))
            return "numTrials \(grown)"
        case 5:
            let parallel = Int.random(in: 1...min(5, numTrials), using: &generator)
            spec["parallelTrials"] = .number(JSONNumber(parallel))
            return "parallelTrials \(parallel)"
        case 6:
            let limit = Int.random(in: 0...5, using: &generator)
            spec["maxFailedTrials"] = .number(JSONNumber(limit))
            return "maxFailedTrials \(limit)"
        default:
            let retention = ["All", "Best", "None"].randomElement(using: &generator) ?? "All"
            spec["trialRetention"] = .string(retention)
            return "trialRetention \(retention)"
        }
    }
}
