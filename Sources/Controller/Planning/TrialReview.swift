import Kubernetes
import OptimizationAPI
import Search

/// Decides what has become of one trial.
///
/// Terminal records pass through untouched: what was once said about a trial is never taken back.
struct TrialReview {
    let objectives: [Objective]
    let budget: StatusSize.Budget
    let now: Timestamp
    let graceSeconds: Int64

    /// What was seen of one trial.
    struct Sight {
        /// The TrainJob with the record's UID or, for a record without one, with its name and our ownership.
        var trainJob: TrainJob?
        var memory = TrialMemory()
        /// The API server said that the TrainJob is the trial's no longer.
        var loss: TrialLoss?
        var refusal: CreationRefusal?
    }

    /// What follows from it.
    struct Finding: Equatable {
        var record: TrialRecord
        /// When the trial must be looked at again though nothing happens.
        var due: Timestamp?
        /// The TrainJob's own report no longer holds an objective value, and the written record does not hold it yet:
        /// memory alone does, so it should be written before the process can lose it.
        var guardsLastValue = false
    }

    func finding(on record: TrialRecord, _ sight: Sight) -> Finding {
        guard record.state == .running else { return Finding(record: record) }
        if let refusal = sight.refusal, sight.trainJob == nil, record.trainJobUID == nil {
            return Finding(record: refused(record, refusal))
        }
        guard sight.trainJob != nil || record.trainJobUID != nil else { return Finding(record: record) }

        var next = record
        if let trainJob = sight.trainJob {
            if record.trainJobUID == nil { next.parameters = parameters(of: trainJob, recorded: record.parameters) }
            next.trainJobUID = trainJob.metadata.uid
        }
        let reported = sight.trainJob?.trainerStatus?.metrics ?? []
        let metrics = Metrics.merged(Metrics.merged(record.metrics, sight.memory.metrics), reported)
        addProgress(to: &next, sight.memory)
        next.metrics = kept(metrics, in: next)

        if let ending = ending(sight) {
            return ended(next, ending, metrics: metrics, sight.loss)
        }
        if let loss = sight.loss { return Finding(record: lost(next, loss, before: "it had ended")) }
        var finding = Finding(record: next)
        finding.guardsLastValue =
            sight.trainJob?.trainerStatus != nil
            && objectives.contains { objective in
                let known = Metrics.value(of: objective.metric, in: next.metrics)
                return known != nil && Metrics.value(of: objective.metric, in: record.metrics) != known
                    && !reported.contains { $0.name == objective.metric }
            }
        return finding
    }

    /// The parameters of a trial whose TrainJob was found for its record.
    ///
    /// It may have been there before: its name is given anew when the status was lost and the cache did not show it yet.
    /// Then its annotation knows what it runs with. Afterwards the record is believed, and if the annotation cannot be
    /// read, as TrainJobs follow their records in the ordinary course of things.
    private func parameters(of trainJob: TrainJob, recorded: [ParameterAssignment]) -> [ParameterAssignment] {
        TrialParameters.read(from: trainJob.metadata, names: recorded.map(\.name)) ?? recorded
    }

    private func ending(_ sight: Sight) -> TrialEnding? {
        guard let trainJob = sight.trainJob, let ending = TrialEnding(of: trainJob, at: now) else {
            return sight.memory.ending
        }
        guard let remembered = sight.memory.ending, remembered.outcome == ending.outcome else { return ending }
        return remembered
    }

    private func ended(
        _ record: TrialRecord,
        _ ending: TrialEnding,
        metrics: [MetricValue],
        _ loss: TrialLoss?
    ) -> Finding {
        if case .failed(let reason, let message) = ending.outcome {
            let reason = reason.isEmpty ? TrialReason.failed : reason
            return Finding(record: failed(record, reason, message, at: ending.time))
        }
        if Metrics.objectiveValues(objectives, in: metrics) != nil {
            var next = record
            next.state = .succeeded
            next.reason = TrialReason.completed
            next.message = nil
            next.completionTime = ending.time
            return Finding(record: next)
        }
        let due = (ending.seen ?? ending.time).adding(seconds: graceSeconds)
        guard due <= now else {
            // A TrainJob that is gone cannot report any more, so there is nothing to wait for.
            guard let loss else { return Finding(record: record, due: due) }
            return Finding(record: lost(record, loss, before: "its last report came"))
        }
        return Finding(record: failed(record, TrialReason.metricsUnavailable, missing(metrics), at: ending.time))
    }

    private func missing(_ metrics: [MetricValue]) -> String {
        let problems = objectives.compactMap { objective -> String? in
            guard let last = metrics.last(where: { $0.name == objective.metric }) else {
                return "the trial completed without reporting \"\(objective.metric)\""
            }
            guard last.number == nil else { return nil }
            return "the trial completed with \"\(objective.metric)\" = \"\(last.value)\", which is not a finite number"
        }
        // A name that was misspelt shows beside those that were not.
        let names = Set(metrics.map(\.name))
        let lacksOne = objectives.contains { !names.contains($0.metric) }
        return (problems + (lacksOne ? [Sentences.reported(metrics)] : [])).joined(separator: "; ")
    }

    private func refused(_ record: TrialRecord, _ refusal: CreationRefusal) -> TrialRecord {
        switch refusal {
        case .rejected(let words):
            failed(record, TrialReason.rejected, words, at: now)
        case .nameTaken(let owner):
            failed(
                record,
                TrialReason.nameTaken,
                "a TrainJob named \"\(record.trainJobName)\" exists already and "
                    + (owner.map { "belongs to \($0)" } ?? "was not made for this job") + "; it was left alone",
                at: now
            )
        }
    }

    private func lost(_ record: TrialRecord, _ loss: TrialLoss, before event: String) -> TrialRecord {
        switch loss {
        case .deleted:
            failed(record, TrialReason.deleted, "the TrainJob was deleted before \(event)", at: now)
        case .released:
            failed(
                record,
                TrialReason.nameTaken,
                "someone changed the TrainJob's ownerReferences before \(event); it is not this job's any more and was "
                    + "left alone",
                at: now
            )
        }
    }

    private func failed(_ record: TrialRecord, _ reason: String, _ message: String, at time: Timestamp) -> TrialRecord {
        var next = record
        next.state = .failed
        next.reason = String(reason.prefix(128))
        next.message = message.isEmpty ? nil : message.cut(toBytes: budget.messageBytes)
        next.completionTime = time
        return next
    }

    /// Adds what is known of the time after what the record says, as far as its steps are of the same measure.
    private func addProgress(to record: inout TrialRecord, _ memory: TrialMemory) {
        guard budget.keepsProgress, !memory.progress.isEmpty else { return }
        guard record.stepMeasure == nil || record.stepMeasure == memory.stepMeasure else { return }
        record.stepMeasure = memory.stepMeasure
        for point in memory.progress { record.progress.add(point, atMost: budget.progressPoints) }
    }

    private func kept(_ metrics: [MetricValue], in record: TrialRecord) -> [MetricValue] {
        var bare = record
        bare.metrics = []
        let room = budget.metricsBytes(beside: StatusSize.bytes(of: bare))
        return Metrics.kept(metrics, objectives: objectives, bytes: room)
    }
}

extension TrialEnding {
    /// How a TrainJob ended; `nil` while it has not. `Complete` wins over `Failed`, should both be True.
    ///
    /// - Parameters:
    ///   - trainJob: The TrainJob.
    ///   - now: When it ended, should its condition not say.
    ///   - seen: When this process first saw the end; `nil` when that is not known.
    public init?(of trainJob: TrainJob, at now: Timestamp, seen: Timestamp? = nil) {
        guard let condition = ["Complete", "Failed"].lazy.compactMap(trainJob.condition).first(where: \.isTrue) else {
            return nil
        }
        let time = condition.hasTime ? condition.lastTransitionTime : now
        let outcome: Outcome =
            condition.type == "Complete"
            ? .complete : .failed(reason: condition.reason, message: condition.message)
        self.init(outcome: outcome, time: time, seen: seen)
    }
}

extension Condition {
    /// Whether it says when it last changed: 1970 is what is read where it does not.
    var hasTime: Bool { lastTransitionTime > Timestamp(secondsSinceEpoch: 0) }
}

extension Timestamp {
    /// A later time.
    func adding(seconds: Int64) -> Timestamp { advanced(by: .seconds(seconds)) }

    /// Whole seconds from `earlier` to this time.
    func seconds(since earlier: Timestamp) -> Int64 { duration(since: earlier).components.seconds }
}
