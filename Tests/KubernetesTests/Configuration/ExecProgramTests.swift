import Foundation
import JSON
import Testing
import Transport

@testable import Kubernetes

@Suite("A credential plugin")
struct ExecProgramTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A shell script as a plugin.
    private func plugin(
        _ script: String,
        version: ExecPlugin.Version = .v1,
        arguments: [String] = [],
        environment: [String: String] = [:],
        mode: ExecPlugin.InteractiveMode = .never,
        cluster: JSONValue? = nil
    ) throws -> ExecPlugin {
        let path = try folder.write("#!/bin/sh\n\(script)\n", to: "plugin", isProgram: true)
        return ExecPlugin(
            version: version,
            command: path,
            arguments: arguments,
            environment: environment,
            interactiveMode: mode,
            cluster: cluster,
            label: ConfigurationLabel(file: "config", field: "exec")
        )
    }

    private func credential(_ status: String, version: String = "v1") -> String {
        """
        printf %s '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/\(version)", "status": \(status)}'
        """
    }

    /// What is said of a plugin that fails.
    private func problem(_ plugin: ExecPlugin, isTerminal: Bool = false) async -> String {
        do {
            return "\(try await ExecProgram.run(plugin, isTerminal: isTerminal))"
        } catch let error as ConfigurationError {
            #expect(error.file == "config" && error.field == "exec")
            return error.message.replacing("\"\(plugin.command)\"", with: "plugin")
        } catch {
            return "another error: \(error)"
        }
    }

    @Test("is told what is asked for, and answers with a token", arguments: ExecPlugin.Version.allCases)
    func token(_ version: ExecPlugin.Version) async throws {
        let suffix = version == .v1 ? "v1" : "v1beta1"
        let script = """
            printf %s "$KUBERNETES_EXEC_INFO" > "$0.info"
            printf '%s ' "$A" "$@" > "$0.said"
            \(credential(#"{"token": "abc\n", "expirationTimestamp": "2026-11-24T10:00:00Z"}"#, version: suffix))
            """
        let plugin = try plugin(
            script,
            version: version,
            arguments: ["get", "a token"],
            environment: ["A": "own"],
            cluster: ["server": "https://h"]
        )
        let answer = try await ExecProgram.run(plugin, isTerminal: false)
        #expect(answer.token == "abc")
        #expect(answer.identity == nil)
        #expect(answer.expiration == Timestamp(rfc3339: "2026-11-24T10:00:00Z"))
        #expect(try folder.read("plugin.said") == "own get a token ")
        #expect(
            try JSONValue(parsing: Array(folder.read("plugin.info").utf8)) == [
                "kind": "ExecCredential", "apiVersion": .string(version.rawValue),
                "spec": ["interactive": false, "cluster": ["server": "https://h"]],
            ]
        )
    }

    @Test("may answer with a certificate and its key")
    func certificate() async throws {
        let pair = try TestAuthority().issue("me", .client)
        let status: JSONValue = [
            "clientCertificateData": .string(String(pem: pair.certificate)),
            "clientKeyData": .string(String(pem: pair.key)),
        ]
        let json = String(decoding: status.serialized(), as: UTF8.self)
        let answer = try await ExecProgram.run(
            plugin(credential(json))
        )
        #expect(answer.identity == ClientIdentity(certificatePEM: pair.certificate, keyPEM: pair.key))
        #expect(answer.token == nil)
    }

    @Test(
        "that prints no usable credential is refused with the reason",
        arguments: [
            ("echo no", "the value"),
            ("true", ""),
            (#"echo '{"kind": "Pod"}'"#, "kind is not ExecCredential"),
            (
                #"echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "status": {}}'"#,
                #"apiVersion is "client.authentication.k8s.io/v1beta1", but client.authentication.k8s.io/v1 was asked for"#
            ),
            (
                #"echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1"}'"#,
                "there is no status"
            ),
        ]
    )
    func unusable(_ script: String, _ reason: String) async throws {
        let problem = try await problem(plugin(script))
        #expect(problem.hasPrefix("plugin printed no usable credential: "))
        if !reason.hasPrefix("the value") { #expect(problem.hasSuffix(reason)) }
    }

    @Test(
        "whose status is not whole is refused with the field",
        arguments: [
            ("{}", "there is neither a token nor a certificate with its key"),
            (#"{"token": ""}"#, "there is neither a token nor a certificate with its key"),
            (#"{"token": 1}"#, "status.token: expected text, found a number"),
            (#"{"token": "a\nb"}"#, "status.token has more than one line"),
            (#"{"clientKeyData": "x"}"#, "status.clientKeyData comes without clientCertificateData"),
            (#"{"clientCertificateData": "x"}"#, "status.clientCertificateData comes without clientKeyData"),
            (
                #"{"token": "t", "expirationTimestamp": "tomorrow"}"#,
                "status.expirationTimestamp is no time such as 2026-08-21T10:30:45Z"
            ),
        ]
    )
    func incomplete(_ status: String, _ reason: String) async throws {
        #expect(
            try await problem(plugin(credential(status))) == "plugin printed no usable credential: \(reason)"
        )
    }

    @Test("whose certificate and key do not belong together is refused")
    func mismatch() async throws {
        let authority = try TestAuthority()
        let status: JSONValue = [
            "clientCertificateData": .string(String(pem: try authority.issue("me", .client).certificate)),
            "clientKeyData": .string(String(pem: try authority.issue("me", .client).key)),
        ]
        let json = String(decoding: status.serialized(), as: UTF8.self)
        let problem = try await problem(plugin(credential(json)))
        #expect(problem == "the key does not belong to the client certificate")
    }

    @Test("that fails is named with how it ended, and without what it printed")
    func failure() async throws {
        let problem = try await problem(plugin("echo secret; exit 3"))
        #expect(problem.hasPrefix("plugin failed: "))
        #expect(problem.contains("3"))
        #expect(!problem.contains("secret"))
    }

    @Test(
        "that is not installed comes with the hint of how to get it",
        arguments: ["no-such-plugin", "/nowhere/plugin"]
    )
    func missing(_ command: String) async throws {
        let plugin = ExecPlugin(
            command: command,
            installHint: "brew install it",
            label: ConfigurationLabel(file: "config", field: "exec")
        )
        #expect(await problem(plugin) == "there is no program plugin\nbrew install it")
    }

    @Test("that must ask the user is not run without a terminal")
    func interactive() async throws {
        #expect(
            try await problem(plugin("touch \(folder.path)/ran", mode: .always))
                == "plugin must ask the user (interactiveMode: Always), but standard input is not a terminal"
        )
        #expect(throws: (any Error).self) { try folder.read("ran") }
    }

    @Test("knows whether it may ask", arguments: [(ExecPlugin.InteractiveMode.never, false), (.ifAvailable, true)])
    func mayAsk(_ mode: ExecPlugin.InteractiveMode, _ expected: Bool) async throws {
        let script = "printf %s \"$KUBERNETES_EXEC_INFO\" > \"$0.info\"; " + credential(#"{"token": "t"}"#)
        _ = try await ExecProgram.run(plugin(script, mode: mode), isTerminal: true)
        let info = try JSONValue(parsing: Array(folder.read("plugin.info").utf8))
        #expect(info["spec"]?["interactive"] == .bool(expected))
    }

    @Test("that does not come to an end is given up")
    func endless() async throws {
        let time = ManualTime()
        let plugin = try plugin("exec sleep 600")
        let run = Task {
            try await ExecProgram.run(plugin, isTerminal: false, timeLimit: .seconds(60), time: time)
        }
        await time.untilSleeping(for: .seconds(60))
        time.advance(by: .seconds(60))
        let error = await #expect(throws: ConfigurationError.self) { try await run.value }
        #expect(error?.message.hasSuffix("did not end within 60.0 seconds") ?? false)
    }
}
