import JSON

extension ResourceType {
    /// Leases of `coordination.k8s.io/v1`.
    public static let leases = ResourceType(
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease"
    )
}

/// Who leads, as a `Lease` tells it.
struct LeaseRecord: Sendable, Equatable {
    /// Who holds the lease; empty when nobody does.
    var holder: String
    /// How long others leave it alone, in seconds.
    var durationSeconds: Int64
    /// How often it changed hands.
    var transitions: Int64
    /// When the holder got it and renewed it, by its own clock. Others only look at whether they change: clocks are wrong.
    var acquireTime: String
    var renewTime: String

    /// Reads a lease leniently: what is missing counts as empty.
    init(decoding lease: JSONValue) {
        let spec = lease["spec"]
        holder = spec?["holderIdentity"]?.stringValue ?? ""
        durationSeconds = min(max(spec?["leaseDurationSeconds"]?.int64Value ?? 0, 0), Int64(Int32.max))
        transitions = min(max(spec?["leaseTransitions"]?.int64Value ?? 0, 0), Int64(Int32.max) - 1)
        acquireTime = spec?["acquireTime"]?.stringValue ?? ""
        renewTime = spec?["renewTime"]?.stringValue ?? ""
    }

    /// A lease that `identity` holds from `now` on, taken from whoever had it before or renewed.
    ///
    /// - Parameters:
    ///   - previous: What the lease says now; `nil` when there is none.
    ///   - duration: Rounded up to whole seconds, which is what a lease can tell.
    init(heldBy identity: String, after previous: LeaseRecord?, duration: Duration, now: MicroTimestamp) {
        holder = identity
        let (seconds, fraction) = duration.components
        durationSeconds = seconds + (fraction > 0 ? 1 : 0)
        renewTime = now.description
        if let previous, previous.holder == identity {
            acquireTime = previous.acquireTime
            transitions = previous.transitions
        } else {
            acquireTime = now.description
            transitions = previous.map { $0.transitions + 1 } ?? 0
        }
    }

    /// A lease that its holder gives back.
    init(releasing previous: LeaseRecord, now: MicroTimestamp) {
        holder = ""
        // A lease must last at least a second; whoever finds it without a holder does not wait for it.
        durationSeconds = 1
        transitions = previous.transitions
        acquireTime = now.description
        renewTime = now.description
    }

    /// The lease with this written into it; everything else in it stays.
    func written(into lease: JSONValue) -> JSONValue {
        var lease = lease
        var spec = lease["spec"]?.objectValue ?? JSONObject()
        spec["holderIdentity"] = holder.isEmpty ? nil : .string(holder)
        spec["leaseDurationSeconds"] = .number(JSONNumber(durationSeconds))
        spec["acquireTime"] = .string(acquireTime)
        spec["renewTime"] = .string(renewTime)
        spec["leaseTransitions"] = .number(JSONNumber(transitions))
        lease["spec"] = .object(spec)
        return lease
    }
}
