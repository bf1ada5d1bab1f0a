import Certificates
import Foundation
import HTTP
import JSON
import Testing
import Transport

@testable import Manager

@Suite("A command line that is wrong")
struct CommandLineTests {
    @Test(
        "is refused with the flag, and with what would be right",
        arguments: [
            (["--webhok-port=1"], "Unknown option '--webhok-port'. Did you mean '--webhook-port'?"),
            (["-webhok-port", "1"], "Unknown option '--webhok-port'. Did you mean '--webhook-port'?"),
            (["controller", "--webhook-port=x"], "a port is a number from 0 to 65535"),
            (["controller", "-webhook-port", "65536"], "The value '65536' is invalid for '--webhook-port <port>'"),
            (["--webhook-port"], "Missing value for '--webhook-port <port>'"),
            (["--metrics-addr=8080"], "write host:port or :port, such as :8080"),
            (["--healthz-addr=example.org:80"], "write one such as 0.0.0.0, 127.0.0.1 or [::1]"),
            (["--webhook-host=example.org"], "--webhook-host: \"example.org\" is no numeric address"),
            (["--drain-delay=10"], "write one such as 10s, 1m30s or 500ms"),
            (["--drain-delay=30s"], "--drain-deadline counts from the signal"),
            (["--leader-election-id=Bad_ID"], "--leader-election-id \"Bad_ID\": a lowercase RFC 1123 subdomain must"),
            (["--leader-election-namespace=a.b"], "--leader-election-namespace \"a.b\": a lowercase RFC 1123 label"),
            (["--namespace=../x"], "--namespace \"../x\": a lowercase RFC 1123 label must"),
            (["--max-concurrent-reconciles=0"], "write a number from 1 on"),
            (["--log-format=xml"], "The value 'xml' is invalid for '--log-format <text|json>'"),
            (["--enable-controller=maybe"], "--enable-controller: \"maybe\" is no boolean"),
            (["--enable-controller", "false"], "write --enable-controller=false"),
            (["--experiment-suggestion-name=default"], "there are no suggestion services here"),
            (["-enable-grpc-probe-in-suggestion"], "there are no suggestion services to probe"),
            (["--webhook-inject-securitycontext=true"], "there is no webhook for pods here"),
            (["controller", "--katib-config=/x"], "every setting is a flag"),
            (["controller", "surplus"], "Unexpected argument 'surplus'"),
        ] as [([String], String)]
    )
    func refused(_ arguments: [String], _ message: String) async throws {
        let program = try Program(arguments)
        defer { program.end() }
        #expect(try await program.exitStatus() == 2)
        #expect(program.lines.contains { $0.contains(message) }, "\(program.lines)")
    }
}

@Suite("A process that cannot start")
struct StartingTests {
    private func fails(_ arguments: [String], _ messages: [String]) async throws {
        let program = try Program(arguments + ["--log-format=json"])
        defer { program.end() }
        #expect(try await program.exitStatus() == 1)
        let text = program.records.last?["msg"]?.stringValue ?? ""
        for message in messages { #expect(text.contains(message), "\(text)") }
    }

    @Test(
        "because of a port that is taken says which, and what to do",
        arguments: ["--webhook-port", "--metrics-addr", "--health-probe-addr"]
    )
    func portInUse(_ flag: String) async throws {
        struct Nobody: HTTPHandler {
            func respond(to request: HTTPRequest) -> HTTPReply { .now(.text("")) }
        }
        let folder = try Folder()
        try folder.mount(try ServingCertificate.make())
        let taken = try HTTPServer(configuration: HTTPServerConfiguration(loops: 1), handler: Nobody())
        try taken.start()
        var values = [
            "--webhook-port": "0", "--metrics-addr": "127.0.0.1:0", "--health-probe-addr": "127.0.0.1:0",
        ]
        values[flag] = flag == "--webhook-port" ? "\(taken.port)" : "127.0.0.1:\(taken.port)"
        try await fails(
            ["--enable-controller=false", "--cert-dir", folder.path, "--webhook-host=127.0.0.1"]
                + values.map { "\($0.key)=\($0.value)" },
            ["at 127.0.0.1:\(taken.port)", "Address already in use", "something listens there already", flag]
        )
        await taken.stop(within: .zero)
    }

    @Test("because of an address that is not this machine's says so")
    func foreignAddress() async throws {
        try await fails(
            ["--enable-controller=false", "--metrics-addr=192.0.2.1:8080", "--health-probe-addr=0"],
            ["192.0.2.1:8080", "that is no address of this machine", "--metrics-addr"]
        )
    }

    @Test("because of a client authority it cannot read says which file", arguments: [false, true])
    func clientAuthority(_ exists: Bool) async throws {
        let folder = try Folder()
        if exists { try folder.write(Array("nonsense".utf8), to: "ca.crt") }
        try await fails(
            ["--enable-controller=false", "--webhook-client-ca", "\(folder.path)/ca.crt"],
            ["--webhook-client-ca \(folder.path)/ca.crt", exists ? "PEM" : "No such file or directory"]
        )
    }

    @Test("because there is no cluster says how to name one, or to do without")
    func noCluster() async throws {
        try await fails(
            ["--metrics-addr=0"],
            ["no cluster is configured", "--kubeconfig", "--enable-controller=false"]
        )
        try await fails(["--kubeconfig=/nonexistent"], ["/nonexistent"])
    }

    @Test("because of a privileged port says what that takes")
    func privilegedPort() {
        let error = ManagerError(
            cannotServe: "the webhooks",
            at: ListenAddress(port: 443),
            flag: "--webhook-port",
            because: SyscallError(call: "bind to [::]:443", code: EACCES)
        )
        #expect(error.description.hasPrefix("cannot serve the webhooks at :443: bind to [::]:443: Permission denied; "))
        #expect(error.description.contains("NET_BIND_SERVICE"))
        #expect(error.description.contains("--webhook-port"))
    }
}
