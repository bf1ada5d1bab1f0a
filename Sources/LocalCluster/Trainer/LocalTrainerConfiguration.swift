/// How trials run on this machine.
public struct LocalTrainerConfiguration: Sendable {
    /// Absolute path of the directory for everything this run writes; made when missing.
    public var runDirectory: String
    /// Absolute path of the directory whose entries every trial sees in its working directory: the manifest's.
    public var contextDirectory: String
    /// The namespace whose TrainJobs are run. One only, since a trial's directory has the TrainJob's name.
    public var namespace: String
    /// Origin of the progress server, such as `https://127.0.0.1:41234`, without a slash at the end.
    public var progressServerOrigin: String
    /// Absolute path of the PEM file with which trials verify the progress server.
    public var certificateAuthorityFile: String
    /// The tokens which the progress server accepts.
    public var tokens: ProgressTokens
    /// How long a trial may take to end after `SIGTERM`; then it is killed. Shorter than a pod's 30 s, because somebody
    /// sits before the terminal.
    public var gracePeriod: Duration = .seconds(10)
    /// The base of every trial's environment.
    public var inheritedEnvironment: [String: String] = InheritedEnvironment.current()
    /// How supervisors are started.
    public var supervisor: SupervisorProgram = .ownExecutable

    /// Makes a configuration; the rest has defaults.
    public init(
        runDirectory: String,
        contextDirectory: String,
        namespace: String = "default",
        progressServerOrigin: String,
        certificateAuthorityFile: String,
        tokens: ProgressTokens
    ) {
        self.runDirectory = runDirectory
        self.contextDirectory = contextDirectory
        self.namespace = namespace
        self.progressServerOrigin = progressServerOrigin
        self.certificateAuthorityFile = certificateAuthorityFile
        self.tokens = tokens
    }

    /// Where a trial's files are: `log.txt` and `work` in `<runDirectory>/trials/<trainJob>`.
    public func directory(ofTrainJob name: String) -> String {
        TrialDirectory(runDirectory: runDirectory, trainJob: name).path
    }
}
