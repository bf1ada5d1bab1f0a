import Kubernetes
import OptimizationAPI

/// What to do about a job whose spec cannot be understood: say so, once.
///
/// Admission refuses such a spec; one can exist from before the webhooks, or from a release that knew other rules. A job
/// that has trials is therefore not failed, and its trials are left running: a release that understands it goes on.
func plan(forUnreadable job: JobSnapshot, because problem: String, at now: Timestamp) -> Plan {
    var plan = Plan(status: job.status, needsStatusWrite: false, creations: [], deletions: [], events: [])
    guard job.metadata.deletionTimestamp == nil, !job.status.isTerminal else { return plan }
    let message = "the spec cannot be understood: \(problem)".cut(toBytes: 4096)
    plan.needsStatusWrite = true
    guard job.status.trials.isEmpty else {
        let changed = plan.status.conditions.setCondition(
            Condition(
                type: ConditionType.running,
                status: "Unknown",
                reason: JobReason.specNotUnderstood,
                message: message,
                lastTransitionTime: now,
                observedGeneration: job.metadata.generation
            )
        )
        plan.needsStatusWrite = changed
        return plan
    }
    plan.status.conditions.setCondition(
        Condition(
            type: ConditionType.failed,
            status: "True",
            reason: JobReason.invalidSpec,
            message: message,
            lastTransitionTime: now,
            observedGeneration: job.metadata.generation
        )
    )
    plan.events = [
        JobEvent(
            kind: .warning,
            reason: EventReason.jobFailed,
            action: EventAction.conclude,
            note: "\(JobReason.invalidSpec): \(message)"
        )
    ]
    return plan
}
