/// What decisions depend on besides the job.
public struct PlanningOptions: Sendable, Equatable {
    /// How long a trial that ended Complete may still report its objective, in seconds; 0 or more. The last report
    /// travels beside the end of the TrainJob and may arrive after it.
    public var metricsGraceSeconds: Int64
    /// Most bytes of status a job may grow to. etcd takes 1.5 MiB for a whole object, of which spec and managed
    /// fields need their part.
    public var statusByteLimit: Int
    /// How often, in seconds, a job looks whether those of its `warmStartFrom` have ended; 1 or more.
    public var warmStartPollSeconds: Int64
    /// How long, in seconds, the progress of running trials may wait for a status write to ride along with; 0 or more. A
    /// controller that is killed loses no more of it.
    public var progressSaveSeconds: Int64

    /// - Parameters:
    ///   - metricsGraceSeconds: 30 unless told otherwise.
    ///   - statusByteLimit: 768 KiB unless told otherwise: 1,000 trials of 5 parameters take about 600 KB.
    ///   - warmStartPollSeconds: 10 unless told otherwise.
    ///   - progressSaveSeconds: 60 unless told otherwise.
    public init(
        metricsGraceSeconds: Int64 = 30,
        statusByteLimit: Int = 768 << 10,
        warmStartPollSeconds: Int64 = 10,
        progressSaveSeconds: Int64 = 60
    ) {
        self.metricsGraceSeconds = metricsGraceSeconds
        self.statusByteLimit = statusByteLimit
        self.warmStartPollSeconds = max(1, warmStartPollSeconds)
        self.progressSaveSeconds = max(0, progressSaveSeconds)
    }
}

/// How the controller works: its bounds and its patience.
public struct ControllerOptions: Sendable {
    /// What decisions depend on.
    public var planning: PlanningOptions
    /// Jobs looked at side by side; 1 or more.
    public var maxConcurrentReconciles: Int
    /// TrainJobs of one job created or deleted side by side; 1 or more. All reconciles together have at most
    /// `maxConcurrentReconciles` times as many calls open.
    public var maxConcurrentCalls: Int
    /// How long a change of a TrainJob waits for others, so that trials that end together cost one status write.
    public var batching: Duration
    /// First and longest wait, in seconds, before a TrainJob that could not be created is tried again; it doubles
    /// with each attempt.
    public var creationBackoffSeconds: ClosedRange<Int64>
    /// How long, in seconds, a TrainJob this process created or read may be missing from the cache before the API
    /// server is asked about it.
    public var cacheLagSeconds: Int64

    /// Creates options; every default is meant for production.
    public init(
        planning: PlanningOptions = PlanningOptions(),
        maxConcurrentReconciles: Int = 4,
        maxConcurrentCalls: Int = 8,
        batching: Duration = .milliseconds(20),
        creationBackoffSeconds: ClosedRange<Int64> = 1...300,
        cacheLagSeconds: Int64 = 30
    ) {
        self.planning = planning
        self.maxConcurrentReconciles = max(1, maxConcurrentReconciles)
        self.maxConcurrentCalls = max(1, maxConcurrentCalls)
        self.batching = batching
        self.creationBackoffSeconds = creationBackoffSeconds
        self.cacheLagSeconds = cacheLagSeconds
    }
}
