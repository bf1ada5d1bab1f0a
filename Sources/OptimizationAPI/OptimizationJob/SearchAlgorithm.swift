import JSON

/// How a job chooses the parameters of its trials.
///
/// Without a seed the job's UID gives one. Defaults are those users of Optuna expect.
public enum SearchAlgorithm: Sendable, Hashable {
    /// Independent draws.
    case random(seed: Int64?)
    /// All combinations, each once.
    case grid
    /// A scrambled Sobol' sequence, which fills the space more evenly than independent draws.
    case sobol(seed: Int64?)
    /// The tree-structured Parzen estimator.
    ///
    /// - `startupTrials`: Trials drawn at random before the first one is modelled; 0 to 1000.
    /// - `candidates`: Points drawn from the good trials' density, of which the most promising one is run; 1 to 1000.
    case tpe(seed: Int64?, startupTrials: Int = Defaults.tpeStartupTrials, candidates: Int = Defaults.tpeCandidates)
    /// Covariance matrix adaptation: an evolution strategy.
    ///
    /// - `startupTrials`: Trials drawn at random before the first generation; 0 to 1000.
    /// - `sigma`: The first standard deviation as a part of every parameter's range, above 0 and at most 1, in the
    ///   grammar of `DecimalText`; `nil` for a sixth.
    case cmaes(seed: Int64?, startupTrials: Int = Defaults.cmaesStartupTrials, sigma: String? = nil)
    /// Bayesian optimization with a Gaussian process.
    ///
    /// - `startupTrials`: Trials drawn at random before the first one is modelled; 0 to 1000.
    case gp(seed: Int64?, startupTrials: Int = Defaults.gpStartupTrials)
    /// Ours to choose from the space, the budget and the parallelism.
    case auto(seed: Int64?)

    /// The settings an object gets when it names an algorithm and leaves them out.
    public enum Defaults {
        /// `startupTrials` of `tpe`.
        public static let tpeStartupTrials = 10
        /// `candidates` of `tpe`.
        public static let tpeCandidates = 24
        /// `startupTrials` of `cmaes`.
        public static let cmaesStartupTrials = 1
        /// `startupTrials` of `gp`.
        public static let gpStartupTrials = 10
    }

    /// The seed, where the spec has one; grid search has no use for any.
    public var seed: Int64? {
        switch self {
        case .grid: nil
        case .random(let seed), .sobol(let seed), .auto(let seed): seed
        case .tpe(let seed, _, _), .cmaes(let seed, _, _), .gp(let seed, _): seed
        }
    }

    /// The field of `spec.searchAlgorithm` that chooses it.
    public var name: String {
        switch self {
        case .random: "random"
        case .grid: "grid"
        case .sobol: "sobol"
        case .tpe: "tpe"
        case .cmaes: "cmaes"
        case .gp: "gp"
        case .auto: "auto"
        }
    }

    /// The algorithm as a spec carries it.
    public var json: JSONValue {
        var settings = JSONObject()
        if let seed { settings["seed"] = .number(JSONNumber(seed)) }
        switch self {
        case .random, .grid, .sobol, .auto:
            break
        case .tpe(_, let startupTrials, let candidates):
            settings["startupTrials"] = .number(JSONNumber(startupTrials))
            settings["candidates"] = .number(JSONNumber(candidates))
        case .cmaes(_, let startupTrials, let sigma):
            settings["startupTrials"] = .number(JSONNumber(startupTrials))
            if let sigma { settings["sigma"] = .string(sigma) }
        case .gp(_, let startupTrials):
            settings["startupTrials"] = .number(JSONNumber(startupTrials))
        }
        return .object([name: .object(settings)])
    }
}
