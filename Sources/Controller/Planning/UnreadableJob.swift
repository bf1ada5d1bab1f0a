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
    func condition(_ type: String, _ value: String, _ reason: String) -> Condition {
        Condition(
            type: type,
            status: value,
            reason: reason,
            message: message,
            lastTransitionTime: now,
            observedGeneration: job.metadata.generation
        )
    }
    guard job.status.trials.isEmpty else {
        plan.status.conditions.setCondition(condition(ConditionType.running, "Unknown", JobReason.specNotUnderstood))
        plan.status.summary = StatusSummary(ofUnreadable: plan.status)
        plan.needsStatusWrite = plan.status != job.status
        return plan
    }
    if plan.status.conditions.isTrue(ConditionType.suspended) {
        plan.status.conditions.setCondition(condition(ConditionType.suspended, "False", JobReason.invalidSpec))
    }
    plan.status.conditions.setCondition(condition(ConditionType.failed, "True", JobReason.invalidSpec))
    plan.status.summary = StatusSummary(ofUnreadable: plan.status)
    plan.needsStatusWrite = true
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
