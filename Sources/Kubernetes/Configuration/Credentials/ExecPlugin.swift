import JSON

/// A program that provides credentials: `exec` of a kubeconfig's user.
///
/// Source: `client.authentication.k8s.io`, and KEP-541.
public struct ExecPlugin: Sendable, Hashable {
    /// The version of the protocol.
    public enum Version: String, Sendable, Hashable, CaseIterable {
        /// Current.
        case v1 = "client.authentication.k8s.io/v1"
        /// Older, the same but for a default.
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    /// Whether it may ask the user.
    public enum InteractiveMode: String, Sendable, Hashable {
        /// It does not.
        case never = "Never"
        /// It does if standard input is a terminal.
        case ifAvailable = "IfAvailable"
        /// It must.
        case always = "Always"
    }

    /// The version of the protocol.
    public var version: Version
    /// The program: a name to be looked up in `PATH`, or a path.
    public var command: String
    /// Its arguments.
    public var arguments: [String]
    /// Variables it gets besides this process's.
    public var environment: [String: String]
    /// Whether it may ask the user.
    public var interactiveMode: InteractiveMode
    /// What to tell a user who does not have the program; empty for nothing.
    public var installHint: String
    /// What it is told about the server; `nil` when it does not ask.
    public var cluster: JSONValue?
    /// Where it is configured, for errors.
    var label: ConfigurationLabel

    init(
        version: Version = .v1,
        command: String,
        arguments: [String] = [],
        environment: [String: String] = [:],
        interactiveMode: InteractiveMode = .never,
        installHint: String = "",
        cluster: JSONValue? = nil,
        label: ConfigurationLabel = ConfigurationLabel()
    ) {
        self.version = version
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.interactiveMode = interactiveMode
        self.installHint = installHint
        self.cluster = cluster
        self.label = label
    }

    /// What `KUBERNETES_EXEC_INFO` tells it.
    ///
    /// - Parameter isInteractive: Whether standard input is handed to it.
    func info(isInteractive: Bool) -> JSONValue {
        var spec: JSONObject = ["interactive": .bool(isInteractive)]
        if let cluster { spec["cluster"] = cluster }
        return ["kind": "ExecCredential", "apiVersion": .string(version.rawValue), "spec": .object(spec)]
    }
}
