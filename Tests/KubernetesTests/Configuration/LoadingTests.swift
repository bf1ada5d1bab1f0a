import Testing

@testable import Kubernetes

@Suite("The configuration of a cluster")
struct LoadingTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func kubeconfig(_ host: String) -> String {
        """
        current-context: k
        contexts: [{name: k, context: {cluster: c}}]
        clusters: [{name: c, cluster: {server: "https://\(host)"}}]
        """
    }

    private func load(
        _ environment: [String: String],
        kubeconfig path: String? = nil
    ) throws -> ClusterConfiguration {
        try ClusterConfiguration.load(
            kubeconfig: path,
            context: nil,
            environment: environment,
            serviceAccount: "\(folder.path)/serviceaccount"
        )
    }

    private func makePod(namespace: String? = "team\n") throws {
        try folder.write("token\n", to: "serviceaccount/token")
        try folder.write("PEM", to: "serviceaccount/ca.crt")
        if let namespace { try folder.write(namespace, to: "serviceaccount/namespace") }
    }

    private let pod = ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"]

    @Test("comes from the flag, then KUBECONFIG, then the pod, then the home directory")
    func order() throws {
        let flag = try folder.write(kubeconfig("flag"), to: "flag")
        let listed = try folder.write(kubeconfig("listed"), to: "listed")
        try folder.write(kubeconfig("home"), to: ".kube/config")
        try makePod()
        var environment = pod
        environment["HOME"] = folder.path
        environment["KUBECONFIG"] = listed

        #expect(try load(environment, kubeconfig: flag).server.host == "flag")
        #expect(try load(environment, kubeconfig: "").server.host == "listed")
        environment["KUBECONFIG"] = ""
        #expect(try load(environment).server.host == "10.96.0.1")
        environment["KUBERNETES_SERVICE_PORT"] = nil
        #expect(try load(environment).server.host == "home")
    }

    @Test("says where it was looked for when there is none")
    func nowhere() throws {
        #expect(
            throws: ConfigurationError(
                message: "no cluster is configured: there is no --kubeconfig and no KUBECONFIG, this is not a pod "
                    + "(KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set), and "
                    + "\(folder.path)/.kube/config does not exist"
            )
        ) { try load(["HOME": folder.path]) }
    }

    @Test("names a file that was asked for and is not there")
    func missing() throws {
        #expect(
            throws: ConfigurationError(file: "/nowhere/config", message: "cannot be read: No such file or directory")
        ) { try load(pod, kubeconfig: "/nowhere/config") }
        #expect(
            throws: ConfigurationError(
                field: "KUBECONFIG",
                message: "none of these files exists: /nowhere/a, /nowhere/b"
            )
        ) { try load(["KUBECONFIG": "/nowhere/a:/nowhere/b"]) }
    }

    @Test("merges the files of KUBECONFIG: the first to name something provides all of it")
    func merged() throws {
        let first = try folder.write(
            """
            users: [{name: u, user: {token: first}}]
            clusters: [{name: c, cluster: {server: "https://first", certificate-authority: ca.crt}}]
            """,
            to: "one/config"
        )
        let second = try folder.write(
            """
            current-context: k
            contexts: [{name: k, context: {cluster: c, user: u, namespace: team}}]
            clusters: [{name: c, cluster: {server: "https://second", tls-server-name: name}}]
            users: [{name: u, user: {token: second, as: somebody}}]
            """,
            to: "two/config"
        )
        let third = try folder.write("current-context: other", to: "three")
        let configuration = try load(["KUBECONFIG": ":\(first):/nowhere:\(second):\(first):\(third)"])
        #expect(configuration.server.host == "first")
        #expect(configuration.authority?.location == .file("\(folder.path)/one/ca.crt"))
        #expect(configuration.serverName == nil)
        #expect(configuration.user.authorization == .token("first"))
        #expect(configuration.impersonation == nil)
        #expect(configuration.namespace == "team")
        #expect(configuration.origin == "context \"k\" of \(second)")
    }

    @Test("in a pod is the service account's")
    func inCluster() throws {
        try makePod()
        let configuration = try load(pod)
        #expect(configuration.server.description == "https://10.96.0.1:443")
        #expect(configuration.authority?.location == .file("\(folder.path)/serviceaccount/ca.crt"))
        #expect(
            configuration.user.authorization == .tokenFile("\(folder.path)/serviceaccount/token", otherwise: nil)
        )
        #expect(configuration.namespace == "team")
        #expect(configuration.origin == "in-cluster")
    }

    @Test("in a pod may have an IPv6 address", arguments: ["fd00::1", "[fd00::1]"])
    func inClusterIPv6(_ host: String) throws {
        try makePod()
        let configuration = try load(["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "6443"])
        #expect(configuration.server.host == "fd00::1")
        #expect(configuration.server.description == "https://[fd00::1]:6443")
    }

    @Test("in a pod without a namespace uses \"default\"", arguments: [nil, "", " \n"])
    func inClusterNamespace(_ namespace: String?) throws {
        try makePod(namespace: namespace)
        #expect(try load(pod).namespace == "default")
    }

    @Test("in a pod without a token says what may be the cause")
    func inClusterWithoutToken() throws {
        #expect(
            throws: ConfigurationError(
                file: "\(folder.path)/serviceaccount/token",
                message: "cannot read the service account's token: No such file or directory; "
                    + "does the pod have automountServiceAccountToken: false?"
            )
        ) { try load(pod) }
    }

    @Test("in a pod without an authority is refused, not believed blindly")
    func inClusterWithoutAuthority() throws {
        try folder.write("token", to: "serviceaccount/token")
        #expect(
            throws: ConfigurationError(
                file: "\(folder.path)/serviceaccount/ca.crt",
                message: "cannot read the cluster's authority: No such file or directory"
            )
        ) { try load(pod) }
    }

    @Test("names a port that is none", arguments: ["0", "x", "65536"])
    func inClusterPort(_ port: String) throws {
        #expect(
            throws: ConfigurationError(
                field: "KUBERNETES_SERVICE_PORT",
                message: "\"\(port)\" is no number from 1 to 65535"
            )
        ) { try load(["KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": port]) }
    }
}
