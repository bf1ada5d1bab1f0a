import Admission
import Certificates
import Foundation
import JSON
import Kubernetes
import OptimizationAPI
import Testing

/// Two processes of the program: the API server, and the controller that works on it.
@Suite("optimizationjob controller on an API server", .serialized)
struct ControllerModeTests {
    /// The API server in a process of its own, and a client of it.
    private struct Cluster {
        let folder: Folder
        let program: Program
        let api: APIClient

        var kubeconfig: String { "\(folder.path)/kubeconfig" }

        static func start() async throws -> Cluster {
            let folder = try Folder()
            let path = "\(folder.path)/kubeconfig"
            let program = try Program(["apiserver", "--kubeconfig", path])
            try await eventually("the API server answers", program) { FileManager.default.fileExists(atPath: path) }
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let api = try APIClient(cluster: try ClusterConfiguration.load(kubeconfig: path, environment: [:]))
            return Cluster(folder: folder, program: program, api: api)
        }

        /// Tells the API server about the webhooks of a process.
        func install(port: UInt16, trusting certificate: ServingCertificate) async throws {
            try await install { path in
                [
                    "url": .string("https://127.0.0.1:\(port)\(path)"),
                    "caBundle": .string(Base64.encode(certificate.authorityPEM)),
                ]
            }
        }

        /// Tells the API server about webhooks behind a Service, without whom to trust.
        func install(service: String, namespace: String) async throws {
            try await install { path in
                [
                    "service": [
                        "name": .string(service), "namespace": .string(namespace), "path": .string(path),
                    ]
                ]
            }
        }

        private func install(_ clientConfig: (String) -> JSONValue) async throws {
            for (type, name, path) in [
                (ResourceType.mutatingWebhookConfigurations, "optimizationjob-defaulter", WebhookPaths.mutate),
                (.validatingWebhookConfigurations, "optimizationjob-validator", WebhookPaths.validate),
            ] {
                let webhook: JSONValue = [
                    "name": .string("\(name).trainer.kubeflow.org"), "sideEffects": "None",
                    "admissionReviewVersions": ["v1"], "clientConfig": clientConfig(path),
                    "rules": [
                        [
                            "apiGroups": ["trainer.kubeflow.org"], "apiVersions": ["v1alpha1"],
                            "resources": ["optimizationjobs"], "operations": ["CREATE", "UPDATE"],
                        ]
                    ],
                ]
                _ = try await api.create(
                    type,
                    namespace: "",
                    [
                        "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
                        "metadata": ["name": .string(name)], "webhooks": [webhook],
                    ]
                )
            }
        }

        /// Ends every TrainJob that runs, with a loss.
        func train() async throws {
            for trainJob in try await api.list(.trainJobs, namespace: nil).items
            where trainJob["status"]?["conditions"] == nil {
                _ = try await api.patch(
                    .trainJobs,
                    ObjectMeta(trainJob).namespacedName,
                    .merge([
                        "status": [
                            "conditions": [
                                [
                                    "type": "Complete", "status": "True", "reason": "AllJobsCompleted",
                                    "message": "done", "lastTransitionTime": .string("\(Timestamp.now())"),
                                ]
                            ],
                            "trainerStatus": ["metrics": [["name": "loss", "value": "0.5"]]],
                        ]
                    ]),
                    subresource: "status"
                )
            }
        }
    }

    private func start(_ cluster: Cluster, _ certificates: Folder, _ more: [String] = []) throws -> Program {
        try Program(
            [
                "controller", "--kubeconfig", cluster.kubeconfig, "--cert-dir=\(certificates.path)", "--webhook-port=0",
                "--webhook-host=127.0.0.1", "--metrics-addr=127.0.0.1:0", "--health-probe-addr=127.0.0.1:0",
                "--log-format=json", "--drain-delay=0", "--drain-deadline=5s",
            ] + more
        )
    }

    @Test("finds its API server at the kubeconfig for as long as that runs, whoever else wants the file")
    func kubeconfigTaken() async throws {
        let cluster = try await Cluster.start()
        defer { cluster.program.end() }
        let written = try String(contentsOfFile: cluster.kubeconfig, encoding: .utf8)
        let second = try Program(["apiserver", "--kubeconfig", cluster.kubeconfig])
        #expect(try await second.exitStatus() == 1)
        #expect(second.lines.contains { $0.contains("names a server that answers, https://127.0.0.1:") })
        #expect(try String(contentsOfFile: cluster.kubeconfig, encoding: .utf8) == written)
        // One that was killed leaves the file, and does not answer.
        cluster.program.end()
        _ = try await cluster.program.exitStatus()
        let third = try Program(["apiserver", "--kubeconfig", cluster.kubeconfig])
        defer { third.end() }
        try await eventually("the file is another", third) {
            try String(contentsOfFile: cluster.kubeconfig, encoding: .utf8) != written
        }
    }

    @Test(
        "replaces no kubeconfig that somebody else wrote",
        arguments: ["{kind: Config, clusters: [{name: prod, cluster: {server: 'https://127.0.0.1:1'}}]}", "["]
    )
    func foreignKubeconfig(text: String) async throws {
        let folder = try Folder()
        let path = "\(folder.path)/config"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let program = try Program(["apiserver", "--kubeconfig", path])
        defer { program.end() }
        #expect(try await program.exitStatus() == 1)
        #expect(program.lines.contains { $0.contains("name another file") })
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test("becomes ready, judges and runs a job, tells in numbers, and outlives the API server")
    func wholeWay() async throws {
        let cluster = try await Cluster.start()
        defer { cluster.program.end() }
        let certificates = try Folder()
        let certificate = try ServingCertificate.make()
        try certificates.mount(certificate)
        let program = try start(cluster, certificates)
        defer { program.end() }
        let probes = try await program.port(of: "probes")
        let metrics = try await program.port(of: "metrics")
        let port = try await program.port(of: "admission")

        try await eventually("it waits for the webhook configurations", program) {
            await Calls.text("/readyz", port: probes).contains("defaulter does not exist")
        }
        try await cluster.install(port: port, trusting: certificate)
        try await eventually("it is ready", program) { await Calls.text("/readyz", port: probes) == "ok\n" }

        var bad = Calls.job
        bad["spec"]?["parallelTrials"] = 3
        await #expect {
            try await cluster.api.create(.optimizationJobs, namespace: "default", bad)
        } throws: {
            "\($0)".contains("parallelTrials")
        }
        _ = try await cluster.api.create(.optimizationJobs, namespace: "default", Calls.job)
        let name = NamespacedName(namespace: "default", name: "example")
        try await eventually("the job completes", program) {
            try await cluster.train()
            let job = try await cluster.api.get(.optimizationJobs, name)
            return OptimizationJobStatus(decoding: job["status"] ?? .null).conditions.contains {
                $0.type == ConditionType.complete && $0.status == "True"
            }
        }
        try await eventually("the numbers tell of it", program) {
            let text = await Calls.text("/metrics", port: metrics)
            return text.contains("\noptimizationjob_jobs{state=\"Complete\"} 1\n")
                && text.contains("\noptimizationjob_trials{state=\"Succeeded\"} 2\n")
                && text.contains("\noptimizationjob_late_reports_total ")
                && !text.contains(
                    "controller_runtime_reconcile_total{controller=\"optimizationjob\",result=\"success\"} 0\n"
                )
        }
        try await eventually("users are told", program) {
            try await !cluster.api.list(.events, namespace: "default").items.isEmpty
        }

        cluster.program.end()
        _ = try await cluster.program.exitStatus()
        #expect(await Calls.text("/readyz", port: probes) == "ok\n")
        program.send(SIGTERM)
        #expect(try await program.exitStatus() == 0)
        let log = program.lines.joined(separator: "\n")
        let kubeconfig = try String(contentsOfFile: cluster.kubeconfig, encoding: .utf8)
        let token = try #require(kubeconfig.split(separator: "token: ").last?.split(separator: "\n").first)
        #expect(!log.contains(token))
        #expect(!log.contains("PRIVATE KEY"))
    }

    @Test("leads alone, and hands over at once when it is stopped; the other serves admission all the while")
    func election() async throws {
        let cluster = try await Cluster.start()
        defer { cluster.program.end() }
        let certificates = try Folder()
        let certificate = try ServingCertificate.make()
        try certificates.mount(certificate)
        let flags = ["--enable-leader-election", "--leader-election-namespace=default"]
        let first = try start(cluster, certificates, flags)
        defer { first.end() }
        _ = try await first.record("controller started")
        let second = try start(cluster, certificates, flags)
        defer { second.end() }
        let port = try await second.port(of: "admission")
        try await cluster.install(port: port, trusting: certificate)

        let probes = try await second.port(of: "probes")
        let metrics = (try await first.port(of: "metrics"), try await second.port(of: "metrics"))
        try await eventually("the second is ready", second) { await Calls.text("/readyz", port: probes) == "ok\n" }
        _ = try await second.record("there is a new leader")
        #expect(second.records.allSatisfy { $0["msg"]?.stringValue != "controller started" })
        let status = "\nleader_election_master_status{name=\"optimizationjob.trainer.kubeflow.org\"} "
        let text = await Calls.text("/metrics", port: metrics.0)
        #expect(text.contains(status + "1\n"))
        let names = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map {
            String($0.split(separator: " ")[2])
        }
        #expect(try names == Documentation.table(under: "Metrics").map { $0[0] }.sorted())
        #expect(await Calls.text("/metrics", port: metrics.1).contains(status + "0\n"))

        _ = try await cluster.api.create(.optimizationJobs, namespace: "default", Calls.job)
        try await eventually("the first creates trials", first) {
            try await cluster.api.list(.trainJobs, namespace: "default").items.count == 2
        }
        first.send(SIGTERM)
        #expect(try await first.exitStatus() == 0)
        _ = try await second.record("controller started")
        try await eventually("the second brings the job to its end", second) {
            try await cluster.train()
            let job = try await cluster.api.get(
                .optimizationJobs,
                NamespacedName(namespace: "default", name: "example")
            )
            let status = OptimizationJobStatus(decoding: job["status"] ?? .null)
            return status.conditions.contains { $0.type == ConditionType.complete && $0.status == "True" }
        }
        #expect(try await cluster.api.list(.trainJobs, namespace: "default").items.count == 2)
        #expect(await Calls.text("/metrics", port: metrics.1).contains(status + "1\n"))
    }

    @Test("has its certificate made by the cert-generator, and mends what it finds broken")
    func certificates() async throws {
        let cluster = try await Cluster.start()
        defer { cluster.program.end() }
        let stale = try ServingCertificate.make()
        try await cluster.install(service: "webhook", namespace: "default")
        let names = ["--service-name=webhook", "--secret-name", "webhook-cert"]
        let generator = try Program(
            [
                "cert-generator", "-kubeconfig", cluster.kubeconfig, "-namespace=default", "--owner=none",
                "--log-format=json",
            ] + names
        )
        defer { generator.end() }
        #expect(try await generator.exitStatus() == 0, "\(generator.lines)")
        let secret = ResourceType(group: "", version: "v1", plural: "secrets", kind: "Secret")
        let made = try await cluster.api.get(secret, NamespacedName(namespace: "default", name: "webhook-cert"))
        let mounted = try Folder()
        for name in ["tls.crt", "tls.key"] {
            try mounted.write(Base64.decode(made["data"]?[name]?.stringValue ?? "") ?? [], to: name)
        }

        let program = try start(
            cluster,
            mounted,
            ["--cert-rotation", "--webhook-namespace=default", "--enable-controller=false"] + names
        )
        defer { program.end() }
        let probes = try await program.port(of: "probes")
        try await eventually("it is ready", program) { await Calls.text("/readyz", port: probes) == "ok\n" }
        let type = ResourceType.validatingWebhookConfigurations
        let name = NamespacedName(namespace: "", name: "optimizationjob-validator")
        let wrong = JSONValue.string(Base64.encode(stale.authorityPEM))
        _ = try await cluster.api.patch(
            type,
            name,
            .json(
                JSONPatch([
                    .replace(path: JSONPointer("webhooks", "0", "clientConfig", "caBundle"), value: wrong)
                ])
            )
        )
        try await eventually("the caBundle is mended", program) {
            try await cluster.api.get(type, name)["webhooks"]?[0]?["clientConfig"]?["caBundle"] != wrong
        }
        try await eventually("it is ready again", program) { await Calls.text("/readyz", port: probes) == "ok\n" }
    }
}
