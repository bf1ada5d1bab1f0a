import HTTP
import JSON
import Transport

/// How to reach a cluster, and as whom.
public struct ClusterConfiguration: Sendable {
    /// Where the API server is.
    public var server: ServerURL
    /// The authorities trusted to name the server; `nil` trusts the system's.
    public var authority: PEMSource?
    /// The name the server must prove; `nil` for its host.
    public var serverName: String?
    /// Whether any server is believed: no protection against an attacker in between.
    public var insecureSkipVerify: Bool
    /// Whether answers may come compressed.
    public var compresses: Bool
    /// Who the client is.
    public var user: UserCredentials
    /// Whom the client acts for.
    public var impersonation: Impersonation?
    /// The namespace to use where none is given: the pod's own, or the context's.
    public var namespace: String
    /// Where all this was found, for people: `in-cluster` or a context and its file.
    public var origin: String
    /// What is legal but doubtful, for a log.
    public var warnings: [String]

    /// Describes a cluster; the default has no credentials and trusts the system's authorities.
    public init(
        server: ServerURL,
        authority: PEMSource? = nil,
        serverName: String? = nil,
        insecureSkipVerify: Bool = false,
        compresses: Bool = true,
        user: UserCredentials = UserCredentials(),
        impersonation: Impersonation? = nil,
        namespace: String = "default",
        origin: String = "",
        warnings: [String] = []
    ) {
        self.server = server
        self.authority = authority
        self.serverName = serverName
        self.insecureSkipVerify = insecureSkipVerify
        self.compresses = compresses
        self.user = user
        self.impersonation = impersonation
        self.namespace = namespace
        self.origin = origin
        self.warnings = warnings
    }
}

/// PEM text, or the file it is in. A file is read again from time to time, since certificates are renewed.
public struct PEMSource: Sendable, Hashable {
    /// The text, or where it is.
    public enum Location: Sendable, Hashable {
        /// The text itself.
        case data([UInt8])
        /// A path.
        case file(String)
    }

    /// The text, or where it is.
    public var location: Location
    /// What to call it in errors, such as a file and a field in it.
    var label: ConfigurationLabel

    /// Text at hand.
    public static func data(_ bytes: [UInt8]) -> PEMSource {
        PEMSource(location: .data(bytes), label: ConfigurationLabel())
    }

    /// A file.
    public static func file(_ path: String) -> PEMSource {
        PEMSource(location: .file(path), label: ConfigurationLabel())
    }

    /// The text.
    func read() throws(ConfigurationError) -> [UInt8] {
        switch location {
        case .data(let bytes): return bytes
        case .file(let path):
            do {
                return try FileContent.read(path)
            } catch {
                let what = label.file == path ? "cannot be read" : "cannot read \(path)"
                throw label.error("\(what): \(error)")
            }
        }
    }
}

/// A place in a file, to be named in an error that shows only later.
struct ConfigurationLabel: Sendable, Hashable {
    var file: String?
    var field: String?

    func error(_ message: String) -> ConfigurationError {
        ConfigurationError(file: file, field: field, message: message)
    }
}

/// What a client proves who it is with. Everything may be absent.
public struct UserCredentials: Sendable, Hashable {
    /// A word to put into every request.
    public enum Authorization: Sendable, Hashable {
        /// A bearer token.
        case token(String)
        /// A file that holds a bearer token, and the token to use while there is none.
        case tokenFile(String, otherwise: String?)
        /// A name and a password.
        case basic(username: String, password: String)
        /// A program that is asked for a token, a certificate or both.
        case exec(ExecPlugin)
    }

    /// A certificate and its key.
    public struct ClientCertificate: Sendable, Hashable {
        /// The certificate, and those between it and its authority.
        public var certificate: PEMSource
        /// The certificate's private key.
        public var key: PEMSource

        /// Describes a certificate and its key.
        public init(certificate: PEMSource, key: PEMSource) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// For the connection.
    public var clientCertificate: ClientCertificate?
    /// For every request.
    public var authorization: Authorization?

    /// Describes credentials; the default is none.
    public init(clientCertificate: ClientCertificate? = nil, authorization: Authorization? = nil) {
        self.clientCertificate = clientCertificate
        self.authorization = authorization
    }
}

/// Another user to act for; an API server asks whether the client may.
public struct Impersonation: Sendable, Hashable {
    /// The user's name.
    public var user: String
    /// The user's UID; empty for none.
    public var uid: String
    /// The user's groups.
    public var groups: [String]
    /// Further attributes.
    public var extra: [String: [String]]

    /// Describes a user.
    public init(user: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        self.user = user
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// Puts it into a request's header.
    func add(to headers: inout HTTPFields) {
        headers["Impersonate-User"] = user
        if !uid.isEmpty { headers["Impersonate-Uid"] = uid }
        for group in groups { headers.append(name: "Impersonate-Group", value: group) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            for value in values {
                headers.append(name: "Impersonate-Extra-\(PercentEncoding.encode(key))", value: value)
            }
        }
    }
}
