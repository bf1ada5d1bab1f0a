import JSON
import Search

/// How a job chooses the parameters of its trials.
public enum SearchAlgorithm: Sendable, Hashable {
    /// Independent draws. Without a seed the job's UID gives one.
    case random(seed: Int64?)
    /// All combinations, each once.
    case grid

    /// The sampler that does it.
    public var sampler: any Sampler {
        switch self {
        case .random: RandomSampler()
        case .grid: GridSampler()
        }
    }

    /// The algorithm as a spec carries it.
    public var json: JSONValue {
        switch self {
        case .random(let seed?): ["random": ["seed": .number(JSONNumber(seed))]]
        case .random(nil): ["random": [:]]
        case .grid: ["grid": [:]]
        }
    }
}
