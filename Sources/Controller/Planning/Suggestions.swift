import Kubernetes
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
    private(set) var history: TrialHistory
    /// How many trials of each job of `warmStartFrom` are part of the history.
    let warmStart: [WarmStart.Share]

    /// Why there is no next suggestion.
    enum Stop: Error, Equatable {
        /// Every point of the space was tried.
        case exhausted
        /// The spec cannot be searched, or the algorithm failed: a reason and a sentence.
        case unable(reason: String, message: String)
    }

    /// - Parameters:
    ///   - job: The job as specified.
    ///   - records: Its trials so far.
    ///   - warmStart: The jobs whose trials count as well.
    ///   - now: The time, for what of theirs counts.
    /// - Throws: `Stop.unable` when the spec does not describe a space.
    init(
        for job: OptimizationJob,
        after records: [TrialRecord],
        warmStart: [String: WarmStartSource] = [:],
        at now: Timestamp
    ) throws(Stop) {
        do {
            space = try job.spec.searchSpace
        } catch {
            throw .unable(reason: JobReason.invalidSpec, message: "the search space cannot be used: \(error)")
        }
        names = space.parameters.map(\.name)
        seed = job.seed
        sampler = job.spec.searchAlgorithm.sampler(parallelTrials: job.spec.parallelTrials)
        var past: [PastTrial]
        (past, self.warmStart) = WarmStart(job: job, records: records, sources: warmStart).trials(in: space, at: now)
        for (position, record) in records.enumerated() {
            guard let assignment = Self.assignment(of: record, names: names) else { continue }
            past.append(
                PastTrial(
                    index: TrialName.index(of: record.trainJobName) ?? position,
                    assignment: assignment,
                    state: record.state.searched,
                    reason: record.reason,
                    objectives: Metrics.objectiveValues(job.spec.objectives, in: record.metrics) ?? []
                )
            )
        }
        history = TrialHistory(past, directions: job.spec.objectives.map { $0.direction.searched })
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

    static func assignment(of record: TrialRecord, names: [String]) -> Assignment? {
        var values: [String] = []
        for name in names {
            guard let value = record.parameters.first(where: { $0.name == name })?.value else { return nil }
            values.append(value)
        }
        return Assignment(values: values)
    }
}

extension Direction {
    /// The direction as samplers know it.
    var searched: ObjectiveDirection {
        switch self {
        case .minimize: .minimize
        case .maximize: .maximize
        }
    }
}

extension OptimizationAPI.TrialState {
    /// The state as samplers and pruners know it.
    var searched: PastTrial.State {
        switch self {
        case .running: .running
        case .succeeded: .succeeded
        case .failed: .failed
        case .earlyStopped: .earlyStopped
        }
    }
}
