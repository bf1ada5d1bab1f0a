public import Kubernetes
import Synchronization

/// Why progress reports of trials were refused, for those who wonder where a trial's metrics are.
///
/// A refusal goes to the trial that reported, and many a script ignores it.
public final class RefusedReports: Sendable {
    private let reasons = Mutex<[NamespacedName: String]>([:])

    /// Nothing refused yet.
    public init() {}

    /// Why the last refused report of a TrainJob was refused; `nil` when none was.
    public func lastReason(for trainJob: NamespacedName) -> String? {
        reasons.withLock { $0[trainJob] }
    }

    /// Notes a refusal.
    ///
    /// - Returns: Whether the one before had another reason, or there was none.
    func note(_ reason: String, for trainJob: NamespacedName) -> Bool {
        reasons.withLock { $0.updateValue(reason, forKey: trainJob) != reason }
    }
}
