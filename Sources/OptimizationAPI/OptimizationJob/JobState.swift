import Kubernetes

/// How a job is, in one word.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    /// It ended with a result.
    case complete = "Complete"
    /// It ended without one.
    case failed = "Failed"
    /// It has trials, but this release cannot understand the spec they came from.
    case unknown = "Unknown"
    /// It is suspended.
    case suspended = "Suspended"
    /// Its trials run.
    case running = "Running"
    /// No trial has run yet: the controller has not seen it, or it waits for another job, or no TrainJob can be created.
    case pending = "Pending"
}

extension OptimizationJobStatus {
    /// How the job is, by its conditions: how it ended, else what holds it, else how far it came.
    public var state: JobState {
        if conditions.isTrue(ConditionType.complete) { return .complete }
        if conditions.isTrue(ConditionType.failed) { return .failed }
        let running = conditions.condition(ConditionType.running)?.status
        if running == "Unknown" { return .unknown }
        if conditions.isTrue(ConditionType.suspended) { return .suspended }
        return running == "True" ? .running : .pending
    }
}
