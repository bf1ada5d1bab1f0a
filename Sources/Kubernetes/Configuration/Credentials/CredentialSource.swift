/// Gives the credentials of a configured user, current ones each time.
final class CredentialSource: Sendable {
    private enum Authorization: Sendable {
        case fixed(String?)
        case file(RereadFile, otherwise: String?)
        case exec(ExecCredentials)
    }

    private let authorization: Authorization
    private let certificate: RereadFile?
    private let key: RereadFile?

    /// - Parameters:
    ///   - user: What was configured.
    ///   - time: For the age of files.
    ///   - makeExec: Makes what runs a plugin.
    init(
        _ user: UserCredentials,
        time: any MonotonicTime,
        makeExec: (ExecPlugin) -> ExecCredentials = { ExecCredentials($0) }
    ) {
        authorization =
            switch user.authorization {
            case nil: .fixed(nil)
            case .token(let token): .fixed("Bearer \(token.trimmed)")
            case .basic(let username, let password):
                .fixed("Basic \(Base64.encode(Array("\(username):\(password)".utf8)))")
            case .tokenFile(let path, let otherwise):
                .file(
                    RereadFile(
                        PEMSource(location: .file(path), label: ConfigurationLabel(file: path)),
                        time: time
                    ),
                    otherwise: otherwise
                )
            case .exec(let plugin): .exec(makeExec(plugin))
            }
        certificate = user.clientCertificate.map { RereadFile($0.certificate, time: time) }
        key = user.clientCertificate.map { RereadFile($0.key, time: time) }
    }

    /// The credentials to use now.
    func credential() async throws -> Credential {
        try await credential(refused: nil)
    }

    /// Other credentials than those the server has just refused; `nil` when there are none.
    func replacement(for refused: Credential) async throws -> Credential? {
        let other = try await credential(refused: refused)
        return other == refused ? nil : other
    }

    private func credential(refused: Credential?) async throws -> Credential {
        let configured = try identity(isRefused: refused != nil)
        switch authorization {
        case .fixed(let text):
            return Credential(authorization: text, certificate: configured)
        case .file(let file, let otherwise):
            return Credential(
                authorization: "Bearer \(try token(in: file, otherwise, isRefused: refused != nil))",
                certificate: configured
            )
        case .exec(let exec):
            return try await exec.credential(configured: configured, refused: refused)
        }
    }

    private func token(
        in file: RereadFile,
        _ otherwise: String?,
        isRefused: Bool
    ) throws(ConfigurationError) -> String {
        let token: String
        do {
            token = String(decoding: try file.content(isRefused: isRefused), as: UTF8.self).trimmed
        } catch {
            guard let otherwise else { throw error }
            return otherwise.trimmed
        }
        guard !token.isEmpty || otherwise != nil else { throw file.label.error("the file is empty") }
        guard token.isHeaderSafe else { throw file.label.error("the file holds more than one line") }
        return token.isEmpty ? (otherwise ?? "").trimmed : token
    }

    private func identity(isRefused: Bool) throws(ConfigurationError) -> ClientIdentity? {
        guard let certificate, let key else { return nil }
        return ClientIdentity(
            certificatePEM: try certificate.content(isRefused: isRefused),
            keyPEM: try key.content(isRefused: isRefused)
        )
    }
}

extension String {
    /// Whether it can be the value of a header field: a line break would begin another field.
    var isHeaderSafe: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }

    /// Without the white space around it: files end in a newline, which must not get into a header.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}
