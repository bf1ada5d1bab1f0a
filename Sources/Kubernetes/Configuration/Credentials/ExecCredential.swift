import JSON

/// What a credential plugin answers.
struct ExecCredential: Sendable, Equatable {
    /// A bearer token; `nil` for none.
    var token: String?
    /// A client's certificate and key; `nil` for none.
    var identity: ClientIdentity?
    /// When to ask again; `nil` when they are good until a server refuses them.
    var expiration: Timestamp?

    init(token: String? = nil, identity: ClientIdentity? = nil, expiration: Timestamp? = nil) {
        self.token = token
        self.identity = identity
        self.expiration = expiration
    }

    /// Reads what the plugin printed.
    init(decoding output: [UInt8], from plugin: ExecPlugin) throws(ConfigurationError) {
        func error(_ message: String) -> ConfigurationError {
            plugin.label.error("\(plugin.command.debugDescription) printed no usable credential: \(message)")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: output)
        } catch {
            // What it printed may be secret, so only the place is told.
            throw plugin.label.error("\(plugin.command.debugDescription) printed no usable credential: \(error)")
        }
        guard value["kind"]?.stringValue == "ExecCredential" else { throw error("kind is not ExecCredential") }
        guard value["apiVersion"]?.stringValue == plugin.version.rawValue else {
            let version = value["apiVersion"]?.stringValue ?? ""
            throw error("apiVersion is \(version.debugDescription), but \(plugin.version.rawValue) was asked for")
        }
        guard let status = value["status"], status.objectValue != nil else { throw error("there is no status") }
        func text(_ key: String) throws(ConfigurationError) -> String? {
            guard let found = status[key], !found.isNull else { return nil }
            guard let text = found.stringValue else {
                throw error("status.\(key): expected text, found \(found.kindDescription)")
            }
            return text.isEmpty ? nil : text
        }
        token = try text("token")?.trimmed
        guard token?.isHeaderSafe ?? true else { throw error("status.token has more than one line") }
        let certificate = try text("clientCertificateData")
        let key = try text("clientKeyData")
        switch (certificate, key) {
        case (let certificate?, let key?):
            let identity = ClientIdentity(certificatePEM: Array(certificate.utf8), keyPEM: Array(key.utf8))
            try identity.check(certificate: plugin.label, key: plugin.label)
            self.identity = identity
        case (nil, nil):
            guard token != nil else { throw error("there is neither a token nor a certificate with its key") }
        case (.some, nil): throw error("status.clientCertificateData comes without clientKeyData")
        case (nil, .some): throw error("status.clientKeyData comes without clientCertificateData")
        }
        if let text = try text("expirationTimestamp") {
            guard let time = Timestamp(rfc3339: text) else {
                throw error("status.expirationTimestamp is no time such as 2026-08-21T10:30:45Z")
            }
            expiration = time
        }
    }

    /// As a request uses it.
    ///
    /// - Parameter configured: The certificate to use when the plugin gave none.
    func credential(configured: ClientIdentity?) -> Credential {
        Credential(authorization: token.map { "Bearer \($0)" }, certificate: identity ?? configured)
    }
}
