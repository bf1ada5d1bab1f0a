import Glibc
import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Testing

@testable import LocalCluster

/// A trainer over a fake API and real processes.
@Suite("The local trainer", .timeLimit(.minutes(5)))
struct LocalTrainerTests {
    /// What a test needs, with a trainer at work.
    private struct Bench: Sendable {
        let api = FakeTrainJobAPI()
        let directory: TrainerTestDirectory
        let trainer: LocalTrainer
        let tokens = ProgressTokens()

        var context: String { directory.path + "/context" }
        var runDirectory: String { directory.path + "/context/runs" }

        init(grace: Duration = .seconds(30)) throws {
            directory = try TrainerTestDirectory()
            directory.makeDirectory("context")
            directory.makeDirectory("context/runs")
            var configuration = LocalTrainerConfiguration(
                runDirectory: directory.path + "/context/runs",
                contextDirectory: directory.path + "/context",
                progressServerOrigin: "https://127.0.0.1:1",
                certificateAuthorityFile: directory.path + "/ca.crt",
                tokens: tokens
            )
            configuration.gracePeriod = grace
            configuration.supervisor = try #require(BuiltProgram.supervisor)
            configuration.inheritedEnvironment = ["PATH": "/usr/local/bin:/usr/bin:/bin"]
            trainer = LocalTrainer(api: api, configuration: configuration, logger: .quiet)
        }

        /// A TrainJob's spec that runs a shell script, in which `$$` is the shell's and not Kubernetes' escape.
        func script(_ text: String, env: JSONValue = []) -> JSONValue {
            ["trainer": ["command": ["/bin/sh", "-c", .string(text.replacing("$$", with: "$$$$"))], "env": env]]
        }

        /// Works with the trainer running, and stops everything afterwards.
        func run(_ body: () async throws -> Void) async throws {
            let task = Task { await trainer.run() }
            do {
                try await body()
            } catch {
                task.cancel()
                await trainer.stopAll()
                throw error
            }
            task.cancel()
            await trainer.stopAll()
            await task.value
        }

        func finished(_ name: String) async throws -> TrainJob {
            await api.wait(for: name) { $0.map { TrainJob(decoding: $0).isFinished } ?? true }
            return TrainJob(decoding: try #require(api.object(name)))
        }

        func file(_ trial: String, _ name: String) -> String? {
            directory.read("context/runs/trials/\(trial)/\(name)")
        }
    }

    @Test("runs a TrainJob and says that it is complete, as Trainer does")
    func complete() async throws {
        let bench = try Bench()
        try bench.directory.write("data", to: "context/data.csv")
        try bench.directory.write("secret", to: "context/.hidden")
        try await bench.run {
            let script = """
                echo hello; env > env; ls -A > entries; pwd
                stat -c %a "$KUBEFLOW_TRAINER_SERVER_TOKEN" > mode; cat "$KUBEFLOW_TRAINER_SERVER_TOKEN" > token
                """
            try bench.api.createTrainJob(
                "qs-trial-0",
                spec: bench.script(script, env: [["name": "OPT_LR", "value": "0.1"]])
            )
            let job = try await bench.finished("qs-trial-0")
            let condition = try #require(job.condition("Complete"))
            #expect(condition.reason == "AllJobsCompleted" && condition.message == "jobset completed successfully")
            #expect(!job.isFailed && job.conditions.count == 1)
            let jobs = bench.api.object("qs-trial-0")?["status"]?["jobsStatus"]
            #expect(jobs == [["name": "node", "ready": 0, "succeeded": 1, "failed": 0, "active": 0, "suspended": 0]])
            // While it ran, it said so.
            #expect(
                bench.api.statusPatches.first?["status"]?["jobsStatus"]
                    == [["name": "node", "ready": 1, "succeeded": 0, "failed": 0, "active": 1, "suspended": 0]]
            )

            let work = bench.runDirectory + "/trials/qs-trial-0/work"
            #expect(bench.file("qs-trial-0", "log.txt") == "hello\n\(work)\n")
            #expect(bench.file("qs-trial-0", "work/entries") == "data.csv\nentries\nenv\n")
            #expect(bench.file("qs-trial-0", "work/mode") == "600\n")
            let name = NamespacedName(namespace: "default", name: "qs-trial-0")
            #expect(bench.file("qs-trial-0", "work/token") == bench.tokens.token(for: name))
            let lines = Set(try #require(bench.file("qs-trial-0", "work/env")).split(separator: "\n").map(String.init))
            let path = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/default/trainjobs/qs-trial-0/status"
            #expect(
                lines.isSuperset(of: [
                    "OPT_LR=0.1", "PYTHONUNBUFFERED=1", "KUBEFLOW_TRAINER_SERVER_URL=https://127.0.0.1:1\(path)",
                    "KUBEFLOW_TRAINER_SERVER_CA_CERT=\(bench.directory.path)/ca.crt", "PWD=\(work)",
                ])
            )
        }
    }

    @Test("says how a failed trial ended, with the last lines of its log")
    func failed() async throws {
        let bench = try Bench()
        try await bench.run {
            let script =
                "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; printf '\\033[31moops\\n'; exit 7"
            try bench.api.createTrainJob("a", spec: bench.script(script))
            let condition = try #require(try await bench.finished("a").condition("Failed"))
            #expect(condition.reason == "FailedJobs")
            #expect(condition.message.hasPrefix("the trial exited with code 7; the last lines of /"))
            #expect(condition.message.hasSuffix("line 98\nline 99\noops"))
            #expect(!condition.message.contains("line 80\n") && condition.message.utf8.count < 2500)
            #expect(bench.api.object("a")?["status"]?["jobsStatus"]?[0]?["failed"] == 1)
        }
    }

    @Test("fails what cannot run here, with advice, and never starts it")
    func refused() async throws {
        let bench = try Bench()
        try await bench.run {
            try bench.api.createTrainJob("image-only", spec: ["trainer": ["image": "pytorch:2"]])
            try bench.api.createTrainJob("../escape", spec: bench.script("true"))
            let image = try #require(try await bench.finished("image-only").condition("Failed"))
            #expect(image.message.contains("spec.trainer.command"))
            let escape = try #require(try await bench.finished("../escape").condition("Failed"))
            #expect(escape.message == "metadata.name must match RFC 1035 DNS label format")
            #expect(access(bench.runDirectory + "/trials", F_OK) != 0)
        }
    }

    @Test("ends a trial that hangs past its deadline")
    func deadline() async throws {
        let bench = try Bench(grace: .milliseconds(100))
        try await bench.run {
            var spec = bench.script("trap '' TERM; sleep 1000 & echo $! > child; wait; sleep 1000")
            spec["activeDeadlineSeconds"] = 2
            try bench.api.createTrainJob("hangs", spec: spec)
            let condition = try #require(try await bench.finished("hangs").condition("Failed"))
            #expect(condition.reason == "DeadlineExceeded")
            #expect(condition.message == "TrainJob exceeded its active deadline")
            let child = try #require(bench.file("hangs", "work/child").flatMap { pid_t($0.dropLast()) })
            #expect(!isAlive(child))
        }
    }

    @Test("kills what it ran for a TrainJob that is deleted")
    func deletion() async throws {
        let bench = try Bench(grace: .milliseconds(100))
        try await bench.run {
            try bench.api.createTrainJob(
                "gone",
                spec: bench.script("setsid sleep 1000 & echo $! > a; echo $$ > b; trap '' TERM; sleep 1000")
            )
            try await eventually("it runs") { bench.file("gone", "work/b")?.hasSuffix("\n") == true }
            let pids = ["a", "b"].compactMap { bench.file("gone", "work/\($0)").flatMap { pid_t($0.dropLast()) } }
            #expect(pids.count == 2)
            try await bench.api.delete(.trainJobs, NamespacedName(namespace: "default", name: "gone"))
            try await eventually("nothing is left") { !pids.contains(where: isAlive) }
        }
    }

    @Test("holds a suspended TrainJob back, runs it when resumed, and stops it when suspended again")
    func suspension() async throws {
        let bench = try Bench(grace: .milliseconds(100))
        try await bench.run {
            var spec = bench.script("echo $$ > \"$PWD/../pid\"; [ -e \"$PWD/../go\" ] || sleep 1000")
            spec["suspend"] = true
            try bench.api.createTrainJob("s", spec: spec)
            await bench.api.wait(for: "s") { Self.condition($0, "Suspended") == "True" }
            #expect(bench.api.object("s")?["status"]?["jobsStatus"]?[0]?["suspended"] == 1)
            #expect(bench.file("s", "pid") == nil)

            try bench.api.edit("s") { $0["spec"]?["suspend"] = false }
            await bench.api.wait(for: "s") { Self.condition($0, "Suspended") == "False" }
            #expect(Self.reason(bench.api.object("s"), "Suspended") == "Resumed")
            try await eventually("it runs") { bench.file("s", "pid")?.hasSuffix("\n") == true }
            let pid = try #require(bench.file("s", "pid").flatMap { pid_t($0.dropLast()) })

            try bench.api.edit("s") { $0["spec"]?["suspend"] = true }
            await bench.api.wait(for: "s") { Self.condition($0, "Suspended") == "True" }
            #expect(!isAlive(pid))
            #expect(Self.condition(bench.api.object("s"), "Failed") == nil)

            try bench.directory.write("", to: "context/runs/trials/s/go")
            try bench.api.edit("s") { $0["spec"]?["suspend"] = false }
            #expect(try await bench.finished("s").isComplete)
            // The first attempt's files are kept.
            #expect(access(bench.runDirectory + "/trials/s/work.1", F_OK) == 0)
        }
    }

    @Test("runs again what is resumed while it is still being stopped")
    func resumedWhileStopping() async throws {
        let bench = try Bench(grace: .milliseconds(200))
        try await bench.run {
            let script = """
                [ -e ../first ] && exit 0
                trap 'touch ../terminated' TERM; touch ../first; while :; do sleep 0.01; done
                """
            try bench.api.createTrainJob("r", spec: bench.script(script))
            try await eventually("it runs") { bench.file("r", "first") != nil }
            try bench.api.edit("r") { $0["spec"]?["suspend"] = true }
            try await eventually("it is being stopped") { bench.file("r", "terminated") != nil }
            try bench.api.edit("r") { $0["spec"]?["suspend"] = false }
            #expect(try await bench.finished("r").isComplete)
        }
    }

    @Test("leaves alone what is finished, and what another manager runs")
    func leftAlone() async throws {
        let bench = try Bench()
        try bench.api.createTrainJob("done", spec: bench.script("touch \"$PWD/../ran\""))
        try bench.api.edit("done") {
            $0["status"] = ["conditions": [["type": "Complete", "status": "True", "reason": "AllJobsCompleted"]]]
        }
        var foreign = bench.script("touch \"$PWD/../ran\"")
        foreign["managedBy"] = "kueue.x-k8s.io/multikueue"
        try bench.api.createTrainJob("foreign", spec: foreign)
        try await bench.run {
            var own = bench.script("true")
            own["managedBy"] = "trainer.kubeflow.org/trainjob-controller"
            try bench.api.createTrainJob("own", spec: own)
            #expect(try await bench.finished("own").isComplete)
        }
        #expect(access(bench.runDirectory + "/trials/done", F_OK) != 0)
        #expect(access(bench.runDirectory + "/trials/foreign", F_OK) != 0)
        #expect(bench.api.object("foreign")?["status"] == nil)
    }

    @Test("gives every trial files of its own")
    func separateFiles() async throws {
        let bench = try Bench()
        try bench.directory.write("print(open('data').read())", to: "context/train.py")
        try bench.directory.write("shared", to: "context/data")
        try await bench.run {
            for name in ["one", "two"] {
                try bench.api.createTrainJob(
                    name,
                    spec: bench.script("cat model 2>/dev/null; echo \(name) > model; python3 train.py")
                )
            }
            for name in ["one", "two"] {
                #expect(try await bench.finished(name).isComplete)
                #expect(bench.file(name, "work/model") == name + "\n")
                #expect(bench.file(name, "log.txt") == "shared\n")
            }
        }
        #expect(access(bench.context + "/model", F_OK) != 0)
    }

    @Test("writes the end in spite of conflicts and failures, and keeps what others write")
    func conflicts() async throws {
        let bench = try Bench()
        try await bench.run {
            try bench.api.createTrainJob(
                "c",
                spec: bench.script("touch started; while [ ! -e go ]; do sleep 0.01; done")
            )
            try await eventually("it runs") { bench.file("c", "work/started") != nil }
            try bench.api.edit("c") { $0["status"]?["trainerStatus"] = ["progressPercentage": 5] }
            bench.api.failPatches(with: [
                .status(.conflict(.trainJobs, "c"), retryAfter: nil), .transport("connection reset"),
                .status(.conflict(.trainJobs, "c"), retryAfter: nil),
            ])
            try bench.directory.write("", to: "context/runs/trials/c/work/go")
            #expect(try await bench.finished("c").isComplete)
            #expect(bench.api.object("c")?["status"]?["trainerStatus"] == ["progressPercentage": 5])
        }
    }

    @Test("stops everything when asked, starts nothing after that, and does not call it an end")
    func stopAll() async throws {
        let bench = try Bench(grace: .milliseconds(100))
        try await bench.run {
            for name in ["a", "b", "c"] {
                try bench.api.createTrainJob(name, spec: bench.script("echo $$ > pid; trap '' TERM; sleep 1000"))
            }
            for name in ["a", "b", "c"] {
                try await eventually("it runs") { bench.file(name, "work/pid")?.hasSuffix("\n") == true }
            }
            await bench.trainer.stopAll()
            for name in ["a", "b", "c"] {
                let pid = try #require(bench.file(name, "work/pid").flatMap { pid_t($0.dropLast()) })
                #expect(!isAlive(pid))
                #expect(bench.api.object(name)?["status"]?["conditions"] == nil)
            }
            try bench.api.createTrainJob("late", spec: bench.script("true"))
        }
        #expect(access(bench.runDirectory + "/trials/late", F_OK) != 0)
    }

    private static func condition(_ object: JSONValue?, _ type: String) -> String? {
        object.flatMap { TrainJob(decoding: $0).condition(type)?.status }
    }

    private static func reason(_ object: JSONValue?, _ type: String) -> String? {
        object.flatMap { TrainJob(decoding: $0).condition(type)?.reason }
    }
}

extension Logger {
    /// A logger that says nothing.
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
