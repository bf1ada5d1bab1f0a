public import Certificates
public import OptimizationAPI

/// What the process on a cluster can be told.
public struct ManagerOptions: Sendable {
    /// Where admission is served.
    public var webhookAddress = ListenAddress(port: 8443)
    /// The folder with `tls.crt` and `tls.key`, as a Secret of type `kubernetes.io/tls` is mounted.
    public var certificateDirectory = "/tmp/cert"
    /// A file with the authorities that API servers must prove to be signed by; `nil` asks them for no certificate.
    public var clientAuthorityFile: String?
    /// Where `/metrics` is served; `nil` for nowhere.
    public var metricsAddress: ListenAddress? = ListenAddress(port: 8080)
    /// Where `/healthz` and `/readyz` are served; `nil` for nowhere.
    public var probeAddress: ListenAddress? = ListenAddress(port: 18080)
    /// How long, after the signal to stop, calls are accepted as before. Until every node knows that this process is
    /// not ready any more, some still send it calls.
    public var drainDelay: Duration = .seconds(10)
    /// When, counted from the signal to stop, what is still not answered is cut off. Less than the pod's
    /// `terminationGracePeriodSeconds`, 30 unless set.
    public var drainDeadline: Duration = .seconds(25)
    /// A kubeconfig; `nil` looks where controller-runtime looks.
    public var kubeconfig: String?
    /// How it is decided which of several processes runs jobs and renews certificates; `nil` when there is only this one.
    public var leaderElection: ElectionSettings?
    /// The kinds a trial may be.
    public var trialResources: Set<TrialResource> = [.trainJob]
    /// Whether this process, while it leads, renews certificates.
    public var rotatesCertificates = false
    /// The webhook configurations, and what a renewal depends on; its namespace does not count.
    public var certificates = CertificateSettings()
    /// Where the webhooks' Service and Secret are; `nil` for where this process runs.
    public var webhookNamespace: String?
    /// How jobs are run; `nil` leaves them to other processes, and needs no API server.
    public var controller: ControllerSettings? = ControllerSettings()

    /// Makes options; the defaults are those stated on each property.
    public init() {}
}

/// Which lease decides who leads.
public struct ElectionSettings: Sendable {
    /// The lease's name.
    public var id = "optimizationjob.trainer.kubeflow.org"
    /// The lease's namespace; `nil` for where this process runs.
    public var namespace: String?

    /// Makes settings; the defaults are those stated on each property.
    public init() {}
}

/// How jobs are run.
public struct ControllerSettings: Sendable {
    /// The only namespace to look at; `nil` for all.
    public var namespace: String?
    /// Jobs looked at side by side; 1 or more.
    public var maxConcurrentReconciles = 4

    /// Makes settings; the defaults are those stated on each property.
    public init() {}
}
