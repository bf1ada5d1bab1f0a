import Certificates
import Foundation
import JSON
import Testing
import YAML

@testable import Manager

/// What the manifests give the process, against what it needs.
@Suite("The controller's manifests")
struct ManifestTests {
    private func texts(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap(\.stringValue)
    }

    @Test("start it with flags it knows, at its ports, and give it time to drain")
    func deployment() async throws {
        let deployment = try #require(
            try Manifests.objects(in: "controller/deployment.yaml").first { $0["kind"] == "Deployment" }
        )
        let pod = deployment["spec"]?["template"]?["spec"]
        let container = pod?["containers"]?[0]
        let options = ManagerOptions()
        let ports = (container?["ports"]?.arrayValue ?? []).compactMap { $0["containerPort"]?.int64Value }
        let served = [options.webhookAddress, options.metricsAddress, options.probeAddress]
        #expect(Set(ports) == Set(served.compactMap { $0.map { Int64($0.port) } }))
        let patience = try #require(pod?["terminationGracePeriodSeconds"]?.int64Value)
        #expect(options.drainDeadline < .seconds(patience))

        // A command line that is wrong would end with status 2, before the file is looked for.
        let program = try Program(texts(container?["args"]) + ["--kubeconfig=/nonexistent"])
        defer { program.end() }
        #expect(try await program.exitStatus() == 1, "\(program.lines)")
    }

    @Test("have --cert-rotation where the page on cert-manager takes it away")
    func rotation() throws {
        let deployment = try Manifests.objects(in: "controller/deployment.yaml").first { $0["kind"] == "Deployment" }
        let arguments = texts(deployment?["spec"]?["template"]?["spec"]?["containers"]?[0]?["args"])
        let index = try #require(arguments.firstIndex(of: "--cert-rotation"))
        let page = try Documentation.page("certificates.md")
        let path = "path: /spec/template/spec/containers/0/args/\(index)"
        #expect(page.contains("{op: test, \(path), value: --cert-rotation}"))
        #expect(page.contains("{op: remove, \(path)}"))
    }

    @Test("keep a pod that answers when nodes are drained, and none that does not")
    func disruption() throws {
        let budget = try Manifests.objects(in: "controller/pod-disruption-budget.yaml").first?["spec"]
        #expect(budget?["minAvailable"] == 1)
        #expect(budget?["unhealthyPodEvictionPolicy"] == "AlwaysAllow")
    }
}

/// The files of `manifests/`.
enum Manifests {
    static func objects(in file: String) throws -> [JSONValue] {
        let folder = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let text = try String(contentsOfFile: "\(folder)/manifests/\(file)", encoding: .utf8)
        return try YAMLDocuments.read(text).map(\.value)
    }
}
