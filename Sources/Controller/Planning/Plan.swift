import JSON
import Kubernetes
import OptimizationAPI

/// What to do about a job.
///
/// The order matters and is the shell's duty: the status is written first, and only when that write succeeded (or,
/// with nothing to write, when the job was read anew and is unchanged) are TrainJobs created, suspended or deleted. So
/// a crash at any instruction leaves either no trace of a trial or its record.
public struct Plan: Sendable {
    /// The next status.
    public var status: OptimizationJobStatus
    /// Whether `status` says something new that is worth a write. Fresh metrics of running trials are not: they ride
    /// along with the next write that is.
    public var needsStatusWrite: Bool
    /// Whether the write is for the sake of what running trials reported alone; there is at most one such a minute.
    public var savesReports = false
    /// Whether `status` holds progress of running trials that is not worth a write yet.
    public var leavesProgressUnsaved = false
    /// TrainJobs that records promise and that were never created.
    public var creations: [TrialCreation]
    /// TrainJobs that must not run on, or need not be kept.
    public var deletions: [TrialDeletion]
    /// TrainJobs to suspend, or to resume after they were.
    public var suspensions: [TrialSuspension] = []
    /// Whether the job itself is to be deleted: its time to live after its end is over.
    public var deletesJob = false
    /// What to tell users once the status is written.
    public var events: [JobEvent]
    /// Seconds until the job needs another look though nothing changes; `nil`: none needed.
    public var wakeAfterSeconds: Int64?

    /// Whether there is anything to do beside writing the status.
    var touchesObjects: Bool {
        !creations.isEmpty || !deletions.isEmpty || !suspensions.isEmpty || deletesJob
    }

    /// `wakeAfterSeconds` as a duration.
    public var wakeAfter: Duration? { wakeAfterSeconds.map { .seconds($0) } }
}

/// A TrainJob to create.
public struct TrialCreation: Sendable, Equatable {
    /// The TrainJob's name, that of its record.
    public var name: String
    /// The whole object, without UID and status.
    public var object: JSONValue
}

/// A TrainJob to delete.
public struct TrialDeletion: Sendable, Equatable {
    /// The TrainJob's namespace and name.
    public var name: NamespacedName
    /// The UID it must still have.
    public var uid: String
}

/// A TrainJob to suspend or to resume.
public struct TrialSuspension: Sendable, Equatable {
    /// The TrainJob's namespace and name.
    public var name: NamespacedName
    /// The UID it must still have.
    public var uid: String
    /// The resource version it was seen at.
    public var version: String
    /// Whether it shall be suspended, rather than run on.
    public var suspends: Bool
}

/// Something worth telling the job's user.
public struct JobEvent: Sendable, Equatable {
    /// Whether it asks for attention.
    public enum Kind: String, Sendable {
        /// As expected.
        case normal = "Normal"
        /// Something is wrong.
        case warning = "Warning"
    }

    /// Whether it asks for attention.
    public var kind: Kind
    /// One word in CamelCase.
    public var reason: String
    /// What the controller was doing.
    public var action: String
    /// A sentence, at most 1,000 bytes: the events API refuses notes over 1,024.
    public var note: String

    /// Creates an event; a note that is too long is cut.
    public init(kind: Kind, reason: String, action: String, note: String) {
        self.kind = kind
        self.reason = reason
        self.action = action
        self.note = note.cut(toBytes: 1000)
    }
}

extension String {
    /// The text, or its longest beginning that fits into so many UTF-8 bytes together with an ellipsis.
    func cut(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var kept = ""
        var bytes = 3
        for character in self {
            bytes += character.utf8.count
            if bytes > limit { break }
            kept.append(character)
        }
        return kept + "…"
    }
}
