import Search

/// Labels on the TrainJobs of trials.
public enum Labels {
    /// Which OptimizationJob a trial belongs to: its name, or `jobNameValue(for:)` of a long one.
    public static let optimizationJobName = "trainer.kubeflow.org/optimizationjob-name"
    /// The trial's number in its job, counted from 0.
    public static let trialIndex = "trainer.kubeflow.org/optimizationjob-trial-index"

    /// A job's name as a label value.
    ///
    /// Object names may have 253 characters, label values 63. A longer name is cut and ends in a hash of the whole, so
    /// that two jobs never share a value by accident; the owner reference, not the label, decides who owns a trial.
    public static func jobNameValue(for name: String) -> String {
        guard name.utf8.count > 63 else { return name }
        let hash = String(SeededGenerator.seed(from: name), radix: 36)
        var prefix = name.prefix(63 - 1 - hash.utf8.count)
        while let last = prefix.last, last == "." || last == "-" {
            prefix.removeLast()
        }
        return "\(prefix)-\(hash)"
    }
}

/// Annotations on the TrainJobs of trials.
public enum Annotations {
    /// The trial's parameters as a JSON object of strings: `{"lr":"0.01"}`. For people and tools; read back only
    /// where the status has lost the trial's record.
    public static let parameters = "trainer.kubeflow.org/optimizationjob-parameters"
}

/// The types of an OptimizationJob's conditions.
public enum ConditionType {
    /// Accepted, and trials are being created.
    public static let created = "Created"
    /// Trials are running.
    public static let running = "Running"
    /// Held back by `spec.suspend`.
    public static let suspended = "Suspended"
    /// Ended with a result.
    public static let complete = "Complete"
    /// Ended without one.
    public static let failed = "Failed"
}

/// Who can run a job, as `spec.managedBy` says it.
public enum Managers {
    /// This program's controller; the default.
    public static let controller = "trainer.kubeflow.org/optimizationjob-controller"
    /// Kubeflow Trainer's, of TrainJobs.
    public static let trainer = "trainer.kubeflow.org/trainjob-controller"
    /// Kueue's, which runs the job in another cluster.
    public static let multiKueue = "kueue.x-k8s.io/multikueue"

    /// Whether a job with this `spec.managedBy` is for this program's controller.
    public static func isOurs(_ managedBy: String?) -> Bool { managedBy == nil || managedBy == controller }
}
