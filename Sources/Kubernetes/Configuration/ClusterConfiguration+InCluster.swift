import Glibc

extension ClusterConfiguration {
    /// Where Kubernetes puts a pod's service account.
    static let defaultServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The cluster this process runs in, as the pod's service account; `nil` when this is not a pod.
    ///
    /// The token is renewed by the kubelet before it expires, and read again by then; so is the authority.
    ///
    /// - Parameters:
    ///   - environment: For the address that Kubernetes gives to every container.
    ///   - serviceAccount: The folder of the token.
    static func inCluster(
        environment: [String: String],
        serviceAccount: String
    ) throws(ConfigurationError) -> ClusterConfiguration? {
        let host = environment["KUBERNETES_SERVICE_HOST"] ?? ""
        let portText = environment["KUBERNETES_SERVICE_PORT"] ?? ""
        guard !host.isEmpty, !portText.isEmpty else { return nil }
        guard let port = UInt16(portText), port > 0 else {
            throw ConfigurationError(
                field: "KUBERNETES_SERVICE_PORT",
                message: "\(portText.debugDescription) is no number from 1 to 65535"
            )
        }
        let token = "\(serviceAccount)/token"
        do {
            _ = try FileContent.read(token)
        } catch {
            let hint = error.isMissing ? "; does the pod have automountServiceAccountToken: false?" : ""
            throw ConfigurationError(file: token, message: "cannot read the service account's token: \(error)\(hint)")
        }
        let authority = "\(serviceAccount)/ca.crt"
        guard access(authority, R_OK) == 0 else {
            let reason = String(cString: strerror(errno))
            throw ConfigurationError(file: authority, message: "cannot read the cluster's authority: \(reason)")
        }
        let namespace = (try? FileContent.read("\(serviceAccount)/namespace")).map {
            String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        }
        // Some environments write the brackets, which belong to URLs.
        let bare = host.first == "[" && host.last == "]" ? String(host.dropFirst().dropLast()) : host
        return ClusterConfiguration(
            server: ServerURL(host: bare, port: port),
            authority: .file(authority),
            user: UserCredentials(authorization: .tokenFile(token, otherwise: nil)),
            namespace: namespace.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
            origin: "in-cluster"
        )
    }
}
