import Foundation
import Glibc
import HTTP
import JSON
import Kubernetes
import LocalCluster
import Testing
import YAML

/// The program installed as on a cluster, without one: the embedded API server, the cert-generator, the controller and the
/// stand-in for Trainer are processes of this machine; the kubelet's part, to bring the Secret to the controller, is played.
///
/// It takes the manifests of `webhooks/` as they are, and the arguments of the Deployment.
final class EmbeddedInstallation: Sendable {
    static let systemNamespace = "kubeflow-system"
    private static let secret = NamespacedName(namespace: systemNamespace, name: "optimizationjob-webhook-cert")

    let api: APIClient
    private let folder: String
    private let apiServer: ControllerProcess
    private let controller: ControllerProcess
    private let trainer: ControllerProcess
    /// What `uninstall` deletes, in order.
    private let installed: [(type: ResourceType, name: NamespacedName)]

    private init(
        api: APIClient,
        folder: String,
        apiServer: ControllerProcess,
        controller: ControllerProcess,
        trainer: ControllerProcess,
        installed: [(type: ResourceType, name: NamespacedName)]
    ) {
        self.api = api
        self.folder = folder
        self.apiServer = apiServer
        self.controller = controller
        self.trainer = trainer
        self.installed = installed
    }

    static func start() async throws -> EmbeddedInstallation {
        var template = Array("/tmp/optimizationjob-e2e-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        do {
            return try await start(in: folder)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    private static func start(in folder: String) async throws -> EmbeddedInstallation {
        // An address of this process's own, so that ports known beforehand are free.
        let host = "127.\(64 + getpid() >> 16 & 63).\(getpid() >> 8 & 255).\(max(2, getpid() & 255))"
        let kubeconfig = "--kubeconfig=\(folder)/kubeconfig"
        let apiServer = try ControllerProcess(
            ["apiserver", kubeconfig, "--service=\(systemNamespace)/optimizationjob-webhook=\(host):8443"],
            log: "\(folder)/apiserver.log"
        )
        try await until("the API server answers", { apiServer.lastWords }) {
            FileManager.default.fileExists(atPath: "\(folder)/kubeconfig")
        }
        let cluster = try ClusterConfiguration.load(kubeconfig: "\(folder)/kubeconfig", environment: [:])
        let api = try APIClient(cluster: cluster)

        var installed: [(type: ResourceType, name: NamespacedName)] = []
        for (file, type) in [
            ("manifests/namespace.yaml", ServedKind.namespaces.type),
            ("webhooks/mutating-webhook-configuration.yaml", ServedKind.mutatingWebhookConfigurations.type),
            ("webhooks/validating-webhook-configuration.yaml", ServedKind.validatingWebhookConfigurations.type),
        ] {
            for object in try Manifests.objects(in: file) {
                let created = try await api.create(type, namespace: "", object)
                installed.insert((type, ObjectMeta(created).namespacedName), at: 0)
            }
        }
        let generator = try ControllerProcess(
            ["cert-generator", kubeconfig, "--namespace=\(systemNamespace)", "--owner=none"],
            log: "\(folder)/cert-generator.log"
        )
        #expect(await generator.exitStatus() == 0, "\(generator.lastWords)")
        installed.insert((ServedKind.secrets.type, secret), at: 0)
        try await mount(secret, of: api, in: "\(folder)/certificate")

        let controller = try ControllerProcess(
            try Manifests.controllerArguments() + [
                kubeconfig, "--cert-dir=\(folder)/certificate", "--webhook-host=\(host)",
                "--webhook-namespace=\(systemNamespace)", "--leader-election-namespace=\(systemNamespace)",
                "--metrics-addr=\(host):8080", "--health-probe-addr=\(host):18080", "--drain-delay=0s",
                "--drain-deadline=1s",
            ],
            log: "\(folder)/controller.log"
        )
        let trainer = try ControllerProcess(
            ["trainer-sim", kubeconfig, "--duration=100ms", "--reports=2"],
            log: "\(folder)/trainer-sim.log"
        )
        let probes = try HTTPClient(origin: HTTPOrigin(host: host, port: 18080, tls: nil))
        try await until("the controller is ready", { controller.lastWords }) {
            let request = HTTPRequest(method: "GET", target: "/readyz")
            return (try? await probes.send(request, timeout: .seconds(5)))?.status == 200
        }
        await probes.shutdown()
        return EmbeddedInstallation(
            api: api,
            folder: folder,
            apiServer: apiServer,
            controller: controller,
            trainer: trainer,
            installed: installed
        )
    }

    /// Takes everything back, and checks that nothing is left: no object, no process, no file.
    func uninstall() async throws {
        #expect(await controller.stop() == 0, "\(controller.lastWords)")
        #expect(await trainer.stop() == 0, "\(trainer.lastWords)")
        for (type, name) in installed { try await api.delete(type, name) }
        for type in ServedKind.standard.map(\.type) {
            try await until("no \(type.plural) are left", { self.lastWords }) {
                let left = try await api.list(type, namespace: nil).items.map { ObjectMeta($0).name }
                return left.allSatisfy { Self.standing.contains($0) }
            }
        }
        #expect(await apiServer.stop() == 0, "\(apiServer.lastWords)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/kubeconfig"))
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Namespaces that every cluster has.
    private static let standing: Set = ["default", "kube-node-lease", "kube-public", "kube-system"]

    /// What the processes logged last.
    var lastWords: String {
        [("API server", apiServer), ("controller", controller), ("trainer-sim", trainer)]
            .map { "\($0):\n\($1.lastWords)" }.joined(separator: "\n")
    }

    /// Writes a Secret's data as a kubelet does.
    private static func mount(_ secret: NamespacedName, of api: APIClient, in folder: String) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for (key, value) in try await api.get(ServedKind.secrets.type, secret)["data"]?.objectValue ?? [:] {
            let bytes = try #require(Base64.decode(value.stringValue ?? ""))
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(key)"))
        }
    }
}

/// The manifests of this checkout.
enum Manifests {
    private static let checkout = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()

    static func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(checkout)/\(file)", encoding: .utf8)
    }

    static func objects(in file: String) throws -> [JSONValue] {
        try YAMLDocuments.read(try text(file)).map(\.value)
    }

    /// What the Deployment starts the program with.
    static func controllerArguments() throws -> [String] {
        let deployment = try objects(in: "manifests/controller/deployment.yaml").first { $0["kind"] == "Deployment" }
        let container = deployment?["spec"]?["template"]?["spec"]?["containers"]?[0]
        return try #require(container?["args"]?.arrayValue).compactMap(\.stringValue)
    }
}
