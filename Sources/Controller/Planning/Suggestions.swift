import OptimizationAPI
import Search

/// Chooses the parameters of a job's next trials.
///
/// Suggestion *i* is a function of the spec, the records before it, the seed and *i*: each trial index has its own
/// generator, so a controller that was restarted continues the very same sequence.
struct Suggestions {
    private let names: [String]
    private let space: SearchSpace
    private let sampler: any Sampler
    private let seed: UInt64
    private var history: TrialHistory

    /// Why there is no next suggestion.
    enum Stop: Error, Equatable {
        /// Every point of the space was tried.
        case exhausted
        /// The spec cannot be searched, or the algorithm failed: a reason and a sentence.
        case unable(reason: String, message: String)
    }

    /// - Throws: `Stop.unable` when the spec does not describe a space.
    init(for job: OptimizationJob, after records: [TrialRecord]) throws(Stop) {
        do {
            space = try job.spec.searchSpace
        } catch {
            throw .unable(reason: JobReason.invalidSpec, message: "the search space cannot be used: \(error)")
        }
        names = space.parameters.map(\.name)
        seed = job.seed
        do {
            sampler = try job.spec.searchAlgorithm.sampler
        } catch {
            throw .unable(reason: JobReason.invalidSpec, message: "\(error)")
        }
        var past: [PastTrial] = []
        for (position, record) in records.enumerated() {
            guard let assignment = Self.assignment(of: record, names: names) else { continue }
            past.append(
                PastTrial(
                    index: TrialName.index(of: record.trainJobName) ?? position,
                    assignment: assignment,
                    state: Self.state(of: record.state),
                    objectives: Metrics.objectiveValues(job.spec.objectives, in: record.metrics) ?? []
                )
            )
        }
        history = TrialHistory(past)
    }

    /// The parameters of trial `index`, which joins the history as a running one.
    mutating func next(index: Int) throws(Stop) -> [ParameterAssignment] {
        let suggested: Assignment?
        do {
            suggested = try sampler.suggestion(forTrial: index, in: space, after: history, seed: seed)
        } catch {
            throw .unable(
                reason: JobReason.suggestionFailed,
                message: "no parameters could be chosen for trial \(index): \(error)"
            )
        }
        guard let assignment = suggested else { throw .exhausted }
        history.trials.append(PastTrial(index: index, assignment: assignment, state: .running, objectives: []))
        return zip(names, assignment.values).map { ParameterAssignment(name: $0, value: $1) }
    }

    private static func assignment(of record: TrialRecord, names: [String]) -> Assignment? {
        var values: [String] = []
        for name in names {
            guard let value = record.parameters.first(where: { $0.name == name })?.value else { return nil }
            values.append(value)
        }
        return Assignment(values: values)
    }

    private static func state(of state: OptimizationAPI.TrialState) -> PastTrial.State {
        switch state {
        case .running: .running
        case .succeeded: .succeeded
        case .failed: .failed
        case .earlyStopped: .earlyStopped
        }
    }
}
