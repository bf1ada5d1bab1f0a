/// Reasons of the conditions of an OptimizationJob.
///
/// Alerts, scripts and dashboards match on reasons, so each is spelt in one place and never reworded.
public enum JobReason {
    /// `Created` is True: trials exist.
    public static let trialsStarted = "TrialsStarted"
    /// `Created` is False: no trial could be created so far. Named by the proposal.
    public static let trainJobsCreationFailed = "TrainJobsCreationFailed"
    /// `Running` is True.
    public static let trialsRunning = "TrialsRunning"
    /// `Complete`: `numTrials` trials have ended. Named by the proposal.
    public static let maxTrialsReached = "MaxTrialsReached"
    /// `Complete`: every point of a finite space was tried.
    public static let searchSpaceExhausted = "SearchSpaceExhausted"
    /// `Complete`: the record of trials reached the size an API object may have.
    public static let trialHistoryExhausted = "TrialHistoryExhausted"
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
    /// A TrainJob of this name exists and belongs to someone else.
    public static let nameTaken = "TrainJobNameTaken"
    /// The trial ended Complete without a finite value for every objective.
    public static let metricsUnavailable = "MetricsUnavailable"
    /// The job ended while the trial was still running.
    public static let jobEnded = "OptimizationJobEnded"
}

/// Reasons of events on an OptimizationJob; conditions' and trials' reasons appear there as well.
public enum EventReason {
    /// A trial's TrainJob exists.
    public static let trialStarted = "TrialStarted"
    /// A trial gave an objective value.
    public static let trialSucceeded = "TrialSucceeded"
    /// A trial is better than all before it.
    public static let bestTrialImproved = "BestTrialImproved"
    /// A TrainJob could not be created now; it will be tried again.
    public static let creationDelayed = "TrainJobCreationDelayed"
    /// The job ended with a result.
    public static let jobComplete = "OptimizationJobComplete"
    /// The job ended without one.
    public static let jobFailed = "OptimizationJobFailed"
}

/// Actions of events: what the controller did, in `events.k8s.io/v1` terms.
enum EventAction {
    static let create = "CreateTrainJob"
    static let observe = "ObserveTrainJob"
    static let conclude = "ConcludeOptimizationJob"
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
