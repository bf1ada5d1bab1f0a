import JSON

extension KubeconfigFields {
    /// Reads a credential plugin.
    ///
    /// - Parameter cluster: What it is told about the server, if it asks.
    func plugin(_ cluster: KubeconfigFields) throws(ConfigurationError) -> ExecPlugin {
        let versionText = try text("apiVersion")
        guard let version = ExecPlugin.Version(rawValue: versionText) else {
            let known = ExecPlugin.Version.allCases.map(\.rawValue).joined(separator: " or ")
            throw error("apiVersion", "\(versionText.debugDescription) is not supported; expected \(known)")
        }
        let command = try text("command")
        guard !command.isEmpty else { throw error("command", "not set; expected a program") }
        let modeText = try text("interactiveMode")
        let mode = ExecPlugin.InteractiveMode(rawValue: modeText)
        guard mode != nil || modeText.isEmpty else {
            throw error(
                "interactiveMode",
                "\(modeText.debugDescription) is none of Never, IfAvailable and Always"
            )
        }
        guard mode != nil || version == .v1beta1 else {
            throw error("interactiveMode", "not set; \(version.rawValue) needs Never, IfAvailable or Always")
        }
        var environment: [String: String] = [:]
        for variable in try list("env") {
            let name = try variable.text("name")
            guard !name.isEmpty, !name.contains("=") else {
                throw variable.error("name", "expected the name of an environment variable")
            }
            environment[name] = try variable.text("value")
        }
        return ExecPlugin(
            version: version,
            // A bare name is looked up in PATH; anything else is a path.
            command: command.contains("/") ? resolved(command) : command,
            arguments: try texts("args"),
            environment: environment,
            interactiveMode: mode ?? .ifAvailable,
            installHint: try text("installHint"),
            // The type matters: a bare `nil` would be the JSON value `null`.
            cluster: try flag("provideClusterInfo") ? try cluster.pluginCluster() : Optional.none,
            label: label("")
        )
    }

    /// A cluster as a plugin is told of it: `Cluster` of `client.authentication.k8s.io`.
    private func pluginCluster() throws(ConfigurationError) -> JSONValue {
        var object = JSONObject()
        for key in ["server", "tls-server-name"] {
            let text = try text(key)
            if !text.isEmpty { object[key] = .string(text) }
        }
        if try flag("insecure-skip-tls-verify") { object["insecure-skip-tls-verify"] = true }
        // The plugin may run elsewhere, so it gets the text and not the path.
        if let authority = try pem("certificate-authority") {
            object["certificate-authority-data"] = .string(Base64.encode(try authority.read()))
        }
        if try flag("disable-compression") { object["disable-compression"] = true }
        for extension_ in try list("extensions")
        where try extension_.text("name") == "client.authentication.k8s.io/exec" {
            object["config"] = extension_.value["extension"] ?? .null
        }
        return .object(object)
    }
}
