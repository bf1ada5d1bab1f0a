public import Search

/// An algorithm of the API that no sampler does in this version.
public struct UnsupportedAlgorithm: Error, Hashable, CustomStringConvertible {
    /// The field of `spec.searchAlgorithm`.
    public let name: String

    /// A sentence for people.
    public var description: String {
        "search algorithm \"\(name)\" is not in this version of the program; use random, grid, sobol or gp"
    }
}

extension SearchAlgorithm {
    /// The sampler that does it.
    public var sampler: any Sampler {
        get throws(UnsupportedAlgorithm) {
            switch self {
            case .random: RandomSampler()
            case .grid: GridSampler()
            case .sobol: SobolSampler()
            case .gp(_, let startupTrials): GPSampler(startupTrials: startupTrials)
            case .tpe, .cmaes, .auto: throw UnsupportedAlgorithm(name: name)
            }
        }
    }
}
