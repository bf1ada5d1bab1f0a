import JSON
import Search

/// What a job tunes, how, and what a trial is.
public struct OptimizationJobSpec: Sendable, Hashable {
    /// What to tune for; one item for now.
    public var objectives: [Objective]
    /// How parameters are chosen.
    public var searchAlgorithm: SearchAlgorithm
    /// What is tuned, 1 to 100 of them.
    public var parameters: [Parameter]
    /// Trials to start in all, whatever becomes of them; 1 to 1000.
    public var numTrials: Int
    /// Trials running at once; 1 to `numTrials`.
    public var parallelTrials: Int
    /// What a trial runs.
    public var trainJobTemplate: TrainJobTemplate

    /// Makes a spec.
    public init(
        objectives: [Objective],
        searchAlgorithm: SearchAlgorithm = .random(seed: nil),
        parameters: [Parameter],
        numTrials: Int = 1,
        parallelTrials: Int = 1,
        trainJobTemplate: TrainJobTemplate
    ) {
        self.objectives = objectives
        self.searchAlgorithm = searchAlgorithm
        self.parameters = parameters
        self.numTrials = numTrials
        self.parallelTrials = parallelTrials
        self.trainJobTemplate = trainJobTemplate
    }

    /// The parameters as samplers see them.
    ///
    /// - Throws: The first parameter whose bounds are no numbers of its type or hold no value; never for a decoded job.
    public var searchSpace: SearchSpace {
        get throws(SearchSpaceError) {
            var domains: [ParameterDomain] = []
            for parameter in parameters {
                guard let domain = parameter.searchSpace.domain else {
                    throw SearchSpaceError(
                        parameter: parameter.name,
                        problem: "has bounds that are no numbers of its type"
                    )
                }
                domains.append(ParameterDomain(name: parameter.name, domain: domain))
            }
            return try SearchSpace(domains)
        }
    }

    /// The spec as an object carries it.
    public var json: JSONValue {
        [
            "objectives": .array(objectives.map(\.json)),
            "searchAlgorithm": searchAlgorithm.json,
            "parameters": .array(parameters.map(\.json)),
            "numTrials": .number(JSONNumber(numTrials)),
            "parallelTrials": .number(JSONNumber(parallelTrials)),
            "trainJobTemplate": trainJobTemplate.json,
        ]
    }
}
