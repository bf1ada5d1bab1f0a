import Glibc

/// What candidates for the leadership agree on, and the name of one of them.
public struct LeaderElectionConfiguration: Sendable, Hashable {
    /// The lease they compete for.
    public var lease: NamespacedName
    /// Who this candidate is. No two processes may have the same, not even one after another.
    public var identity: String
    /// How long others leave a lease alone after they saw it change. Whole seconds.
    public var leaseDuration: Duration
    /// How long a leader acts after the last renewal that succeeded began. What it is shorter than `leaseDuration` by is the
    /// time that a leader has to stop acting before another may begin.
    public var renewDeadline: Duration
    /// The wait between two attempts; up to 2.2 times as long while somebody else leads, so that candidates spread out.
    public var retryPeriod: Duration

    /// Makes a configuration; the default times are client-go's.
    public init(
        lease: NamespacedName,
        identity: String = LeaderElectionConfiguration.uniqueIdentity(),
        leaseDuration: Duration = .seconds(15),
        renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2)
    ) {
        self.lease = lease
        self.identity = identity
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }

    /// The host's name, which is the pod's, and a random number that tells a restarted process from its predecessor.
    public static func uniqueIdentity() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        let failed = gethostname(&buffer, buffer.count) != 0
        let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let host = failed || name.isEmpty ? "unknown" : String(decoding: name, as: UTF8.self)
        return "\(host)_\(String(UInt64.random(in: 0 ... .max), radix: 16))"
    }

    /// What is wrong with it; `nil` when nothing is.
    var problem: String? {
        if lease.name.isEmpty || lease.namespace.isEmpty { return "the lease needs a namespace and a name" }
        if identity.isEmpty { return "the identity is empty" }
        if leaseDuration < .seconds(1) { return "the lease duration (\(leaseDuration)) is below 1 s" }
        if renewDeadline >= leaseDuration {
            return "the renew deadline (\(renewDeadline)) is not below the lease duration (\(leaseDuration))"
        }
        if retryPeriod <= .zero { return "the retry period (\(retryPeriod)) is not above 0" }
        if retryPeriod * 1.2 >= renewDeadline {
            return "the renew deadline (\(renewDeadline)) is not above 1.2 times the retry period (\(retryPeriod))"
        }
        return nil
    }
}
