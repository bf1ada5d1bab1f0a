import JSON
import Testing

@testable import Kubernetes

@Suite("A kubeconfig")
struct KubeconfigTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func configuration(_ text: String, context: String? = nil) throws -> ClusterConfiguration {
        try Kubeconfig(reading: folder.write(text, to: "config")).configuration(context: context)
    }

    /// The message for a kubeconfig, without the file's name.
    private func problem(_ text: String, context: String? = nil) throws -> String {
        let error = try #require(throws: ConfigurationError.self) { try configuration(text, context: context) }
        #expect(error.file == "\(folder.path)/config")
        return [error.field, error.message].compactMap { $0 }.joined(separator: ": ")
    }

    /// A kubeconfig with one of each.
    private func one(cluster: String = "server: https://h", user: String = "{}", top: String = "") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: dev
        contexts: [{name: dev, context: {cluster: c, user: u}}]
        clusters: [{name: c, cluster: {\(cluster)}}]
        users: [{name: u, user: \(user)}]
        \(top)
        """
    }

    @Test("gives the current context's cluster, user and namespace")
    func current() throws {
        let configuration = try configuration(
            """
            apiVersion: v1
            kind: Config
            preferences: {}
            current-context: prod
            contexts:
            - name: dev
              context: {cluster: c1, user: u1}
            - name: prod
              context: {cluster: c2, user: u2, namespace: team}
            clusters:
            - name: c1
              cluster: {server: https://one:6443}
            - name: c2
              cluster: {server: https://two:6443, tls-server-name: kubernetes.default, disable-compression: true}
            users:
            - name: u1
              user: {token: abc}
            - name: u2
              user: {username: me, password: secret}
            """
        )
        #expect(configuration.server.description == "https://two:6443")
        #expect(configuration.serverName == "kubernetes.default")
        #expect(configuration.namespace == "team")
        #expect(configuration.user.authorization == .basic(username: "me", password: "secret"))
        #expect(!configuration.compresses)
        #expect(configuration.origin == "context \"prod\" of \(folder.path)/config")
        #expect(configuration.warnings.isEmpty)
    }

    @Test("gives another context when asked, with the namespace \"default\" if it has none")
    func chosen() throws {
        let text = """
            current-context: a
            contexts: [{name: a, context: {cluster: x}}, {name: b, context: {cluster: z}}]
            clusters: [{name: x, cluster: {server: https://x}}, {name: z, cluster: {server: https://z}}]
            """
        let configuration = try configuration(text, context: "b")
        #expect(configuration.server.host == "z")
        #expect(configuration.namespace == "default")
        #expect(configuration.user == UserCredentials())
    }

    @Test("may be JSON")
    func json() throws {
        let configuration = try configuration(
            #"""
            {"kind": "Config", "current-context": "k", "contexts": [{"name": "k", "context": {"cluster": "c"}}],
             "clusters": [{"name": "c", "cluster": {"server": "https://h", "extensions": null}}], "users": null}
            """#
        )
        #expect(configuration.server.host == "h")
    }

    @Test("has paths relative to its own folder")
    func relativePaths() throws {
        let configuration = try configuration(
            one(
                cluster: "server: https://h, certificate-authority: pki/ca.crt",
                user: "{client-certificate: me.crt, client-key: /keys/me.key, tokenFile: ../token}"
            )
        )
        #expect(configuration.authority?.location == .file("\(folder.path)/pki/ca.crt"))
        let pair = configuration.user.clientCertificate
        #expect(pair?.certificate.location == .file("\(folder.path)/me.crt"))
        #expect(pair?.key.location == .file("/keys/me.key"))
        #expect(configuration.user.authorization == .tokenFile("\(folder.path)/../token", otherwise: nil))
    }

    @Test("looks a plugin up in PATH unless its command is a path", arguments: ["plugin", "./plugin", "/bin/plugin"])
    func pluginPath(_ command: String) throws {
        let configuration = try configuration(
            one(user: "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: \(command)}}")
        )
        guard case .exec(let plugin) = configuration.user.authorization else {
            Issue.record("no plugin")
            return
        }
        #expect(plugin.command == (command == "./plugin" ? "\(folder.path)/./plugin" : command))
        #expect(plugin.interactiveMode == .ifAvailable)
        #expect(plugin.cluster == nil)
    }

    @Test("tells a plugin of the cluster when it asks, with the authority as data and its own settings")
    func pluginCluster() throws {
        try folder.write("PEM", to: "ca.crt")
        let configuration = try configuration(
            """
            current-context: dev
            contexts: [{name: dev, context: {cluster: c, user: u}}]
            clusters:
            - name: c
              cluster:
                server: https://h:6443
                certificate-authority: ca.crt
                tls-server-name: name
                extensions:
                - name: other
                  extension: 1
                - name: client.authentication.k8s.io/exec
                  extension: {audience: abc}
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: p
                  args: [get, token]
                  env: [{name: A, value: "1"}, {name: B, value: ""}]
                  interactiveMode: Never
                  provideClusterInfo: true
                  installHint: get it
            """
        )
        guard case .exec(let plugin) = configuration.user.authorization else {
            Issue.record("no plugin")
            return
        }
        #expect(plugin.arguments == ["get", "token"])
        #expect(plugin.environment == ["A": "1", "B": ""])
        #expect(plugin.installHint == "get it")
        #expect(
            plugin.info(isInteractive: false) == [
                "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
                "spec": [
                    "interactive": false,
                    "cluster": [
                        "server": "https://h:6443", "tls-server-name": "name",
                        "certificate-authority-data": "UEVN", "config": ["audience": "abc"],
                    ],
                ],
            ]
        )
    }

    @Test("keeps a token beside a token file, for as long as the file is missing")
    func tokenAndFile() throws {
        let user = try configuration(one(user: "{token: abc, tokenFile: /t}")).user
        #expect(user.authorization == .tokenFile("/t", otherwise: "abc"))
    }

    @Test("can name somebody to act for")
    func impersonation() throws {
        let configuration = try configuration(
            one(user: "{token: t, as: jane, as-uid: \"7\", as-groups: [a, b], as-user-extra: {scopes: [x, z]}}")
        )
        #expect(
            configuration.impersonation
                == Impersonation(user: "jane", uid: "7", groups: ["a", "b"], extra: ["scopes": ["x", "z"]])
        )
    }

    @Test(
        "is followed with a warning where it is doubtful",
        arguments: [
            (
                "server: https://h, insecure-skip-tls-verify: true", "{token: t}",
                #"clusters["c"].cluster.insecure-skip-tls-verify: the server's certificate is not checked"#
            ),
            (
                "server: https://h", "{token: t, client-key-data: YQ==}",
                #"users["u"].user.client-key: has no effect without client-certificate"#
            ),
            (
                "server: https://h",
                "{token: t, exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p}}",
                #"users["u"].user.exec: has no effect beside other credentials"#
            ),
        ]
    )
    func warned(_ cluster: String, _ user: String, _ warning: String) throws {
        let configuration = try configuration(one(cluster: cluster, user: user))
        #expect(configuration.user.authorization == .token("t"))
        try #require(configuration.warnings.count == 1)
        #expect(configuration.warnings[0].contains(warning))
    }

    @Test(
        "is refused with the field at fault",
        arguments: [
            ("server: 1", "{}", #"clusters["c"].cluster.server: expected text, found a number; put it into quotes"#),
            ("", "{}", #"clusters["c"].cluster.server: not set; expected a URL such as https://10.0.0.1:6443"#),
            (
                "server: ftp://h", "{}",
                #"clusters["c"].cluster.server: "ftp://h": the scheme "ftp" is none of https and http"#
            ),
            (
                "server: https://h, proxy-url: http://p", "{}",
                #"clusters["c"].cluster.proxy-url: proxies are not supported; connect to the API server directly"#
            ),
            (
                "server: https://h, certificate-authority-data: \"%\"", "{}",
                #"clusters["c"].cluster.certificate-authority-data: not base 64"#
            ),
            (
                "server: https://h, certificate-authority-data: YQ==, certificate-authority: x", "{}",
                #"clusters["c"].cluster.certificate-authority: certificate-authority-data is given, too; "#
                    + "only one of them is possible"
            ),
            (
                "server: https://h, certificate-authority: x, insecure-skip-tls-verify: true", "{}",
                #"clusters["c"].cluster.insecure-skip-tls-verify: makes no sense beside a certificate authority; "#
                    + "remove one of them"
            ),
            (
                "server: https://h, insecure-skip-tls-verify: \"true\"", "{}",
                #"clusters["c"].cluster.insecure-skip-tls-verify: expected true or false, found a string"#
            ),
            (
                "server: https://h", "{token: 123}",
                #"users["u"].user.token: expected text, found a number; put it into quotes"#
            ),
            (
                "server: https://h", #"{token: "a\r\nX: y"}"#, #"users["u"].user.token: must be a single line"#
            ),
            (
                "server: https://h", #"{as: a, as-groups: ["b\nc"]}"#,
                #"users["u"].user.as-groups: must be single lines"#
            ),
            (
                "server: https://h", #"{as: a, as-user-extra: {k: ["b\nc"]}}"#,
                #"users["u"].user.as-user-extra.k: must be single lines"#
            ),
            (
                "server: https://h", "{token: a, username: b}",
                #"users["u"].user: has both a token and a username with a password; only one of them is possible"#
            ),
            (
                "server: https://h", "{client-certificate: x}",
                #"users["u"].user.client-key: not set; client-certificate needs client-key or client-key-data"#
            ),
            (
                "server: https://h", "{auth-provider: {name: gcp}}",
                #"users["u"].user.auth-provider: "gcp" is not supported: Kubernetes gave auth providers up for "#
                    + "credential plugins; use exec"
            ),
            (
                "server: https://h", "{as-groups: [a]}",
                #"users["u"].user.as: not set; as-uid, as-groups and as-user-extra need it"#
            ),
            (
                "server: https://h", "{exec: {command: p}}",
                #"users["u"].user.exec.apiVersion: "" is not supported; expected client.authentication.k8s.io/v1 or "#
                    + "client.authentication.k8s.io/v1beta1"
            ),
            (
                "server: https://h", "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: p}}",
                #"users["u"].user.exec.apiVersion: "client.authentication.k8s.io/v1alpha1" is not supported; "#
                    + "expected client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1"
            ),
            (
                "server: https://h", "{exec: {apiVersion: client.authentication.k8s.io/v1}}",
                #"users["u"].user.exec.command: not set; expected a program"#
            ),
            (
                "server: https://h", "{exec: {apiVersion: client.authentication.k8s.io/v1, command: p}}",
                #"users["u"].user.exec.interactiveMode: not set; client.authentication.k8s.io/v1 needs Never, "#
                    + "IfAvailable or Always"
            ),
            (
                "server: https://h",
                "{exec: {apiVersion: client.authentication.k8s.io/v1, command: p, interactiveMode: no}}",
                #"users["u"].user.exec.interactiveMode: expected text, found a boolean; put it into quotes"#
            ),
            (
                "server: https://h",
                "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p, env: [{value: x}]}}",
                #"users["u"].user.exec.env[0].name: expected the name of an environment variable"#
            ),
            (
                "server: https://h",
                "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p, args: [1]}}",
                #"users["u"].user.exec.args[0]: expected text, found a number; put it into quotes"#
            ),
        ]
    )
    func refused(_ cluster: String, _ user: String, _ message: String) throws {
        #expect(try problem(one(cluster: cluster, user: user)) == message)
    }

    @Test(
        "is refused as a whole with the place at fault",
        arguments: [
            ("[]", "expected a kubeconfig, found an array"),
            ("kind: Pod", "kind: expected Config, found \"Pod\""),
            ("apiVersion: v2", "apiVersion: expected v1, found \"v2\""),
            ("clusters: {}", "clusters: expected a list, found an object"),
            ("users: [x]", "users[0]: expected a mapping, found a string"),
            ("a: [", "line 1: not valid YAML: did not find expected node content, while parsing a flow node of line 2"),
            ("a: 1\n---\nb: 2", "holds 2 YAML documents; expected one"),
            (
                "contexts: [{name: a}, {name: a}]",
                "contexts[1].name: \"a\" is there twice; names must be unique in a file"
            ),
            (
                "contexts: [{name: b}, {name: a}]",
                "current-context: not set; choose a context with \"kubectl config use-context\"; there are: \"a\", \"b\""
            ),
            ("", "current-context: not set; choose a context with \"kubectl config use-context\"; there are none"),
            ("current-context: x", "current-context: there is no context \"x\"; there are none"),
            (
                "{current-context: x, contexts: [{name: x}]}",
                "contexts[\"x\"].context.cluster: not set; there are none"
            ),
            (
                "{current-context: x, contexts: [{name: x, context: {cluster: z}}]}",
                "contexts[\"x\"].context.cluster: there is no cluster \"z\"; there are none"
            ),
            (
                """
                {current-context: x, contexts: [{name: x, context: {cluster: z, user: w}}],
                clusters: [{name: z, cluster: {server: https://h}}], users: [{name: me}]}
                """, "contexts[\"x\"].context.user: there is no user \"w\"; there are: \"me\""
            ),
        ]
    )
    func refusedAsAWhole(_ text: String, _ message: String) throws {
        #expect(try problem(text) == message)
    }

    @Test("never crashes, whatever one byte of it becomes")
    func hostile() throws {
        let text = Array(
            one(
                cluster: "server: https://h, certificate-authority-data: YQ==",
                user: "{token: t, exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: p}}"
            ).utf8
        )
        let path = try folder.write("", to: "config")
        for index in text.indices {
            for byte: UInt8 in [0, 0x22, 0x5B, 0x7B, 0x3A, 0x2D, 0xFF] {
                var changed = text
                changed[index] = byte
                if let kubeconfig = try? Kubeconfig(content: changed, file: path) {
                    _ = try? kubeconfig.configuration(context: nil)
                }
            }
        }
    }
}
