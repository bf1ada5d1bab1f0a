import Certificates
import Glibc
import HTTP
import JSON
import Kubernetes
import OptimizationAPI
import SystemPackage
import Testing
import Transport

@testable import LocalCluster

/// The trainer and the progress server over the embedded API server: real sockets, real TLS, a real Python client.
@Suite("The local trainer and the embedded API server", .timeLimit(.minutes(5)))
struct TrainerEndToEndTests {
    /// The servers of one test.
    private struct Servers {
        let api: APIClient
        let tokens = ProgressTokens()
        let progressOrigin: String
        let authorityPEM: [UInt8]
        private let client: HTTPClient
        private let apiServer: LocalAPIServer
        private let servers: [HTTPServer]

        init() throws {
            let now = Timestamp.now().secondsSinceEpoch
            let identity = try CertificateAuthority.make(commonName: "test", now: now)
                .issueServing(hosts: ["127.0.0.1"], now: now)
            func serve(_ handler: any HTTPHandler) throws -> HTTPServer {
                var configuration = HTTPServerConfiguration()
                configuration.host = "127.0.0.1"
                configuration.port = 0
                configuration.loops = 1
                configuration.tls = identity.serverConfiguration
                let server = try HTTPServer(configuration: configuration, handler: handler)
                try server.start()
                return server
            }
            apiServer = LocalAPIServer(token: "t", webhooks: try HTTPWebhookCaller(), logger: .quiet)
            let front = try serve(apiServer)
            client = try HTTPClient(
                origin: HTTPOrigin(host: "127.0.0.1", port: front.port, tls: identity.clientConfiguration)
            )
            api = APIClient(exchange: client, bearerToken: { "t" })
            let progress = try serve(ProgressServer(api: api, tokens: tokens, logger: .quiet))
            progressOrigin = "https://127.0.0.1:\(progress.port)"
            authorityPEM = identity.authorityPEM
            servers = [progress, front]
        }

        func stop() async {
            await client.shutdown()
            await apiServer.stop()
            for server in servers { await server.stop(within: .seconds(1)) }
        }
    }

    /// Reports as a training script does, then tries to report for the trial before it.
    private static let script = """
        import json, os, ssl, sys, urllib.request, urllib.error
        url = os.environ["KUBEFLOW_TRAINER_SERVER_URL"]
        token = open(os.environ["KUBEFLOW_TRAINER_SERVER_TOKEN"]).read()
        context = ssl.create_default_context(cafile=os.environ["KUBEFLOW_TRAINER_SERVER_CA_CERT"])
        def report(url, percentage):
            body = {"trainerStatus": {"progressPercentage": percentage, "lastUpdatedTime": "2026-08-21T10:30:45Z",
                    "metrics": [{"name": "accuracy", "value": os.environ["OPT_ACCURACY"]}]}}
            request = urllib.request.Request(url, json.dumps(body).encode(), method="POST",
                headers={"Content-Type": "application/json", "Authorization": "Bearer " + token})
            try:
                return urllib.request.urlopen(request, context=context, timeout=10).status
            except urllib.error.HTTPError as error:
                return error.code
        print(report(url, 50), report(url, 100), report(url.replace("trial-1", "trial-0"), 1))
        """

    @Test("run trials that report their metrics, each for itself alone")
    func reports() async throws {
        let servers = try Servers()
        let directory = try TrainerTestDirectory()
        directory.makeDirectory("context")
        try directory.write(Self.script, to: "context/train.py")
        try SmallFile.write(servers.authorityPEM, to: directory.path + "/ca.crt", permissions: .ownerReadWrite)
        var configuration = LocalTrainerConfiguration(
            runDirectory: directory.path + "/run",
            contextDirectory: directory.path + "/context",
            progressServerOrigin: servers.progressOrigin,
            certificateAuthorityFile: directory.path + "/ca.crt",
            tokens: servers.tokens
        )
        configuration.supervisor = try #require(BuiltProgram.supervisor)
        let trainer = LocalTrainer(api: servers.api, configuration: configuration, logger: .quiet)
        let running = Task { await trainer.run() }

        for (name, accuracy, answers) in [("trial-0", "0.5", "200 200 200"), ("trial-1", "0.75", "200 200 403")] {
            let created = try await servers.api.create(
                .trainJobs,
                namespace: "default",
                [
                    "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "TrainJob",
                    "metadata": ["name": .string(name)],
                    "spec": [
                        "runtimeRef": ["name": "torch-distributed"],
                        "trainer": [
                            "command": ["python3", "train.py"],
                            "env": [["name": "OPT_ACCURACY", "value": .string(accuracy)]],
                        ],
                    ],
                ]
            )
            let job = try await finished(ObjectMeta(created).namespacedName, servers.api)
            #expect(job.isComplete, "\(job.conditions)")
            #expect(directory.read("run/trials/\(name)/log.txt") == answers + "\n")
            // The last of its own reports stands: trial-0's third went to itself, trial-1's was refused.
            let percentage = name == "trial-0" ? 1 : 100
            #expect(job.trainerStatus?.progressPercentage == percentage)
            #expect(job.trainerStatus?.metrics == [MetricValue(name: "accuracy", value: accuracy)])
        }
        running.cancel()
        await trainer.stopAll()
        await running.value
        await servers.stop()
    }

    /// Follows a TrainJob to its end.
    private func finished(_ name: NamespacedName, _ api: APIClient) async throws -> TrainJob {
        let watch = try await api.watch(
            .trainJobs,
            namespace: name.namespace,
            options: WatchOptions(fieldSelector: "metadata.name=\(name.name)")
        )
        for try await event in watch {
            let job: TrainJob
            switch event {
            case .added(let object), .modified(let object): job = TrainJob(decoding: object)
            default: continue
            }
            if job.isFinished { return job }
        }
        return TrainJob(decoding: try await api.get(.trainJobs, name))
    }
}
