import JSON

extension Kubeconfig {
    /// What a context stands for.
    ///
    /// - Parameter name: The context; `nil` or empty for the current one.
    func configuration(context name: String?) throws(ConfigurationError) -> ClusterConfiguration {
        let wanted = name.flatMap { $0.isEmpty ? nil : $0 } ?? currentContext
        guard !wanted.isEmpty else {
            throw ConfigurationError(
                file: files.joined(separator: ":"),
                field: "current-context",
                message: "not set; choose a context with \"kubectl config use-context\"\(known(contexts))"
            )
        }
        guard let context = contexts[wanted] else {
            throw ConfigurationError(
                file: files.joined(separator: ":"),
                field: name == nil || name == "" ? "current-context" : nil,
                message: "there is no context \(wanted.debugDescription)\(known(contexts))"
            )
        }
        let clusterName = try context.text("cluster")
        guard !clusterName.isEmpty else { throw context.error("cluster", "not set\(known(clusters))") }
        guard let cluster = clusters[clusterName] else {
            throw context.error("cluster", "there is no cluster \(clusterName.debugDescription)\(known(clusters))")
        }
        var configuration = try cluster.cluster()
        let userName = try context.text("user")
        // A context without a user talks to servers that ask nobody who they are.
        if !userName.isEmpty {
            guard let user = users[userName] else {
                throw context.error("user", "there is no user \(userName.debugDescription)\(known(users))")
            }
            (configuration.user, configuration.impersonation) = try user.user(in: cluster, &configuration.warnings)
        }
        let namespace = try context.text("namespace")
        if !namespace.isEmpty { configuration.namespace = namespace }
        configuration.origin = "context \(wanted.debugDescription) of \(context.file)"
        return configuration
    }

    private func known(_ entries: [String: KubeconfigFields]) -> String {
        guard !entries.isEmpty else { return "; there are none" }
        let names = entries.keys.sorted().prefix(20).map(\.debugDescription)
        return "; there are: \(names.joined(separator: ", "))\(entries.count > 20 ? ", …" : "")"
    }
}

extension KubeconfigFields {
    /// Reads a cluster: everything but the user.
    fileprivate func cluster() throws(ConfigurationError) -> ClusterConfiguration {
        let proxy = try text("proxy-url")
        guard proxy.isEmpty else {
            throw error("proxy-url", "proxies are not supported; connect to the API server directly")
        }
        let authority = try pem("certificate-authority")
        let isInsecure = try flag("insecure-skip-tls-verify")
        guard authority == nil || !isInsecure else {
            throw error("insecure-skip-tls-verify", "makes no sense beside a certificate authority; remove one of them")
        }
        let address = try text("server")
        guard !address.isEmpty else { throw error("server", "not set; expected a URL such as https://10.0.0.1:6443") }
        let server: ServerURL
        do {
            server = try ServerURL(parsing: address, isTLSByDefault: authority != nil || isInsecure)
        } catch {
            throw self.error("server", "\(address.debugDescription): \(error)")
        }
        let serverName = try text("tls-server-name")
        var configuration = ClusterConfiguration(
            server: server,
            authority: authority,
            serverName: serverName.isEmpty ? nil : serverName,
            insecureSkipVerify: isInsecure,
            compresses: try !flag("disable-compression")
        )
        if isInsecure, server.isTLS {
            let warning = error(
                "insecure-skip-tls-verify",
                "the server's certificate is not checked, so anybody in between can read and change everything, "
                    + "credentials included"
            )
            configuration.warnings.append(warning.description)
        }
        return configuration
    }

    /// Reads a user.
    ///
    /// - Parameters:
    ///   - cluster: What a credential plugin may be told of.
    ///   - warnings: What is legal but doubtful is added.
    fileprivate func user(
        in cluster: KubeconfigFields,
        _ warnings: inout [String]
    ) throws(ConfigurationError) -> (UserCredentials, Impersonation?) {
        if let provider = try mapping("auth-provider") {
            let name = try provider.text("name")
            throw error(
                "auth-provider",
                "\(name.debugDescription) is not supported: Kubernetes gave auth providers up for credential plugins; "
                    + "use exec"
            )
        }
        var credentials = UserCredentials()
        let certificate = try pem("client-certificate")
        let key = try pem("client-key")
        switch (certificate, key) {
        case (let certificate?, let key?):
            credentials.clientCertificate = .init(certificate: certificate, key: key)
        case (.some, nil):
            throw error("client-key", "not set; client-certificate needs client-key or client-key-data")
        case (nil, .some):
            warnings.append(error("client-key", "has no effect without client-certificate").description)
        case (nil, nil):
            break
        }
        credentials.authorization = try authorization(in: cluster, &warnings)
        return (credentials, try impersonation())
    }

    private func authorization(
        in cluster: KubeconfigFields,
        _ warnings: inout [String]
    ) throws(ConfigurationError) -> UserCredentials.Authorization? {
        let token = try headerText("token")
        let tokenFile = try path("tokenFile")
        let (username, password) = try (text("username"), text("password"))
        let hasPassword = !username.isEmpty || !password.isEmpty
        guard !hasPassword || (token.isEmpty && tokenFile == nil) else {
            throw error("", "has both a token and a username with a password; only one of them is possible")
        }
        let plugin = try mapping("exec").map { (exec) throws(ConfigurationError) in try exec.plugin(cluster) }
        if plugin != nil, hasPassword || !token.isEmpty || tokenFile != nil {
            warnings.append(error("exec", "has no effect beside other credentials").description)
        }
        if let tokenFile { return .tokenFile(tokenFile, otherwise: token.isEmpty ? nil : token) }
        if !token.isEmpty { return .token(token) }
        if hasPassword { return .basic(username: username, password: password) }
        return plugin.map { .exec($0) }
    }

    /// A text that goes into a request's header.
    private func headerText(_ key: String) throws(ConfigurationError) -> String {
        let text = try text(key).trimmed
        guard text.isHeaderSafe else { throw error(key, "must be a single line") }
        return text
    }

    private func impersonation() throws(ConfigurationError) -> Impersonation? {
        var impersonation = Impersonation(
            user: try headerText("as"),
            uid: try headerText("as-uid"),
            groups: try texts("as-groups")
        )
        guard impersonation.groups.allSatisfy(\.isHeaderSafe) else { throw error("as-groups", "must be single lines") }
        if let extra = try mapping("as-user-extra") {
            for key in extra.value.objectValue?.keys ?? [] {
                let values = try extra.texts(key)
                guard values.allSatisfy(\.isHeaderSafe) else { throw extra.error(key, "must be single lines") }
                impersonation.extra[key] = values
            }
        }
        guard impersonation.user.isEmpty else { return impersonation }
        guard impersonation == Impersonation(user: "") else {
            throw error("as", "not set; as-uid, as-groups and as-user-extra need it")
        }
        return nil
    }
}
