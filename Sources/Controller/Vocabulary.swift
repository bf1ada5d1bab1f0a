/// Reasons of the conditions of an OptimizationJob.
///
/// Alerts, scripts and dashboards match on reasons, so each is spelt in one place and never reworded.
public enum JobReason {
    /// `Created` is True: trials exist.
    public static let trialsStarted = "TrialsStarted"
    /// `Created` is False: no trial could be created so far; `Failed` is True: none ever will. Named by the proposal.
    public static let trainJobsCreationFailed = "TrainJobsCreationFailed"
    /// `Created` is False: a job of `warmStartFrom` is missing or has not ended.
    public static let waitingForWarmStart = "WaitingForWarmStart"
    /// `Running` is True.
    public static let trialsRunning = "TrialsRunning"
    /// `Suspended` is True, and `Running` therefore False.
    public static let suspended = "Suspended"
    /// `Suspended` is False after it was True; `Complete` or `Failed` is False because the job goes on.
    public static let resumed = "Resumed"
    /// `Complete`: a trial reached the goal of every objective that has one.
    public static let goalReached = "GoalReached"
    /// `Complete`: `numTrials` trials have ended. Named by the proposal.
    public static let maxTrialsReached = "MaxTrialsReached"
    /// `Complete`: every point of a finite space was tried.
    public static let searchSpaceExhausted = "SearchSpaceExhausted"
    /// `Complete`: the record of trials reached the size an API object may have.
    public static let trialHistoryExhausted = "TrialHistoryExhausted"
    /// `Failed`: more trials failed than `maxFailedTrials` tolerates.
    public static let maxFailedTrialsExceeded = "MaxFailedTrialsExceeded"
    /// `Failed`: not one trial gave an objective value.
    public static let allTrialsFailed = "AllTrialsFailed"
    /// `Failed`: the spec cannot be run. Admission refuses such jobs; one may exist from before.
    public static let invalidSpec = "InvalidSpec"
    /// `Running` is Unknown: trials exist, but this release cannot understand the spec they came from.
    public static let specNotUnderstood = "SpecNotUnderstood"
    /// `Failed`: the search algorithm could not choose parameters.
    public static let suggestionFailed = "SuggestionFailed"
}

/// Reasons of a trial's record.
public enum TrialReason {
    /// The trial ended Complete with an objective value.
    public static let completed = "TrainJobCompleted"
    /// The TrainJob failed and gave no reason of its own.
    public static let failed = "TrainJobFailed"
    /// Someone deleted the TrainJob before it ended.
    public static let deleted = "TrainJobDeleted"
    /// The API server or a webhook refused the TrainJob for good.
    public static let rejected = "TrainJobRejected"
    /// A TrainJob of this name exists, and the job is not its controller, or is no more.
    public static let nameTaken = "TrainJobNameTaken"
    /// The status lost the trial's record, and its TrainJob does not tell its parameters.
    public static let parametersUnknown = "ParametersUnknown"
    /// The trial ended Complete without a finite value for every objective.
    public static let metricsUnavailable = "MetricsUnavailable"
    /// The job ended while the trial was still running.
    public static let jobEnded = "OptimizationJobEnded"
    /// The local run that the trial was part of was over before the trial was.
    public static let runEnded = "RunEnded"
    /// The job's pruner stopped the trial.
    public static let pruned = "TrialPruned"

    /// Reasons of failures that say nothing about the trial: they count toward `numTrials`, not toward
    /// `maxFailedTrials`.
    static let lost: Set<String> = [deleted, nameTaken, parametersUnknown]
    /// Reasons of trials that ended for no fault of their parameters: search algorithms learn nothing from these.
    static let untelling: Set<String> = lost.union([jobEnded, runEnded])
}

/// Reasons of events on an OptimizationJob; conditions' and trials' reasons appear there as well.
public enum EventReason {
    /// A trial's TrainJob exists.
    public static let trialStarted = "TrialStarted"
    /// A trial gave an objective value.
    public static let trialSucceeded = "TrialSucceeded"
    /// The status had lost records of trials, which were written anew after their TrainJobs.
    public static let trialsRestored = "TrialsRestored"
    /// A trial was stopped, because it did worse than others by the same step.
    public static let trialPruned = TrialReason.pruned
    /// A trial is better than all before it.
    public static let bestTrialImproved = "BestTrialImproved"
    /// A TrainJob could not be created now; it will be tried again.
    public static let creationDelayed = "TrainJobCreationDelayed"
    /// The job was suspended, and its running trials with it.
    public static let jobSuspended = "OptimizationJobSuspended"
    /// The job goes on: it was suspended, or had ended.
    public static let jobResumed = "OptimizationJobResumed"
    /// The job waits for a job of `warmStartFrom`.
    public static let warmStartAwaited = "WarmStartAwaited"
    /// The job's first trials are chosen; says how many trials of `warmStartFrom` they are chosen after.
    public static let warmStarted = "WarmStarted"
    /// The job ended with a result.
    public static let jobComplete = "OptimizationJobComplete"
    /// The job ended without one.
    public static let jobFailed = "OptimizationJobFailed"
}

/// Actions of events: what the controller did, in `events.k8s.io/v1` terms.
enum EventAction {
    static let create = "CreateTrainJob"
    static let observe = "ObserveTrainJob"
    static let prune = "StopTrainJob"
    static let conclude = "ConcludeOptimizationJob"
    static let suspend = "SuspendOptimizationJob"
    static let resume = "ResumeOptimizationJob"
    static let start = "StartOptimizationJob"
}

/// Keys of log lines.
enum LogKey {
    static let job = "job"
    static let trial = "trial"
    static let reason = "reason"
    static let error = "error"
    static let attempt = "attempt"
    static let seconds = "seconds"
    static let created = "created"
    static let trials = "trials"
}
