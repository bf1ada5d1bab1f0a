import Foundation
import JSON
import Kubernetes
import Subprocess
import SystemPackage
import Testing

@testable import Certificates

/// The program itself, as the Job in `certs/` starts it.
@Suite("The command cert-generator", .timeLimit(.minutes(5)))
struct CommandTests {
    /// The program that was built beside these tests.
    private static let program: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return tests.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/optimizationjob"
    }()

    /// Nothing but what a sanitizer wants to know and what is preloaded for it, where these tests run under one.
    private static let environment = Dictionary(
        uniqueKeysWithValues: ProcessInfo.processInfo.environment
            .filter { $0.key.hasSuffix("SAN_OPTIONS") || $0.key == "LD_PRELOAD" }
            .map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    )

    private func run(_ arguments: [String]) async throws -> (status: TerminationStatus, log: String) {
        let result = try await Subprocess.run(
            .path(FilePath(Self.program)),
            arguments: Arguments(arguments),
            environment: .custom(Self.environment),
            output: .discarded,
            error: .string(limit: 1 << 20)
        )
        return (result.terminationStatus, result.standardError)
    }

    /// What the Job in `certs/` runs, in a Pod of some namespace.
    private func jobArguments(in namespace: String) throws -> [String] {
        let container = try ManifestFolder("certs").one("Job")["spec"]?["template"]?["spec"]?["containers"]?[0]
        let command = container?["command"]?.texts ?? []
        try #require(command.first == "optimizationjob")
        return (command.dropFirst() + (container?["args"]?.texts ?? [])).map {
            $0.replacing("$(POD_NAMESPACE)", with: namespace)
        }
    }

    @Test("sets up what webhooks/ and certs/ name, with the Job's own flags, and says what it lacks")
    func job() async throws {
        let site = try await TestSite.start()
        let folder = try SecretVolume()
        try folder.mount()
        try folder.write(site.kubeconfig, to: "kubeconfig")
        let flags = ["--kubeconfig=\(folder.path)/kubeconfig"]

        let early = try await run(jobArguments(in: "kubeflow-system") + flags)
        #expect(early.status == .exited(1))
        #expect(early.log.contains("Deployment kubeflow-system/optimizationjob-controller"))
        #expect(early.log.contains("--owner"))

        let deployment: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "optimizationjob-controller"],
        ]
        _ = try await site.api.create(.deployments, namespace: "kubeflow-system", deployment)
        let runs = try await withThrowingTaskGroup(of: (status: TerminationStatus, log: String).self) { group in
            for _ in 0..<3 { group.addTask { try await run(jobArguments(in: "kubeflow-system") + flags) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for run in runs {
            #expect(run.status == .exited(0), "\(run.log)")
            #expect(!run.log.contains("PRIVATE KEY"))
        }
        let secret = try await site.secret()
        #expect(secret.metadata.ownerReferences.map(\.kind) == ["Deployment"])
        let pair = try secret.current.get()
        try await site.until { site.servedIdentity == pair }
        try await site.admit()

        let elsewhere = try await run(["cert-generator", "-n", "nowhere", "--owner=none"] + flags)
        #expect(elsewhere.status == .exited(1))
        #expect(elsewhere.log.contains("calls Service nowhere/optimizationjob-webhook"))
        await site.stop()
    }

    @Test(
        "says what is wrong with a flag, and how a cluster is named",
        arguments: [
            (["--lifetime=soon"], 2, "'soon'"), (["--lifetime=1h"], 2, "--lifetime: must be from"),
            (["--owner=Pod/x"], 2, "'Pod/x'"), (["--namespace=Not/A/Name"], 2, "RFC 1123"),
            (["--dns-name=bad_name!"], 2, "--dns-name \"bad_name!\": is neither"),
            (["--dns-name=-a.b"], 2, "--dns-name"),
            (["--dns-name=*.example.com", "--lifetime=1h"], 2, "--lifetime"),
            (["--kubeconfig=/nonexistent"], 1, "/nonexistent"), ([], 1, "--kubeconfig"),
        ]
    )
    func refuses(arguments: [String], status: Int32, words: String) async throws {
        let result = try await run(["cert-generator"] + arguments)
        #expect(result.status == .exited(status))
        #expect(result.log.contains(words))
    }
}
