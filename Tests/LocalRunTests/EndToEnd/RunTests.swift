import Foundation
import JSON
import OptimizationAPI
import Testing
import YAML

@testable import LocalRun

/// The whole program: real sockets, real TLS, real child processes.
@Suite("optimizationjob run", .serialized)
struct RunTests {
    private func json(_ result: ProgramRun.Result) throws -> JSONValue {
        try JSONValue(parsing: Array(result.output.utf8))
    }

    private static let uniform = """
        searchAlgorithm: {random: {seed: 7}}
        parameters:
          - name: x
            searchSpace: {uniform: {min: "0", max: "1"}}

        """

    @Test("completes, prints nothing but the object, and gives the same seed the same parameters")
    func sameSeed() async throws {
        let workspace = try Workspace()
        try workspace.write(
            Workspace.manifest(
                Self.uniform + "numTrials: 3\nparallelTrials: 2",
                script: "python3 report.py loss \"$KUBEFLOW_TRAINER_OPT_X\""
            ),
            to: "job.yaml"
        )
        var drawn: [[String]] = []
        for format in ["json", "yaml"] {
            let result = await (try ProgramRun(["run", "job.yaml", "-o", format], in: workspace.path)).result()
            #expect(result.status == 0, "\(result.errors)")
            let job =
                try format == "json"
                ? json(result) : #require(try YAMLDocuments.read(result.output).first).value
            let status = OptimizationJobStatus(decoding: job["status"] ?? .null)
            #expect(status.trials.map(\.state) == [.succeeded, .succeeded, .succeeded])
            drawn.append(status.trials.flatMap { $0.parameters.map(\.value) })
            let best = status.trials.min { Double($0.parameters[0].value) ?? 2 < Double($1.parameters[0].value) ?? 2 }
            #expect(status.result?.trainJobName == best?.trainJobName)
        }
        #expect(drawn[0].count == 3)
        #expect(drawn[0] == drawn[1])
    }

    @Test("never runs more than parallelTrials at once")
    func parallel() async throws {
        let workspace = try Workspace()
        try FileManager.default.createDirectory(atPath: workspace.path + "/counts", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: workspace.path + "/running", withIntermediateDirectories: true)
        let script = """
            cd \(workspace.path)
            mkdir running/$$$$
            python3 report.py loss 1
            ls running | wc -l > counts/$$$$
            rmdir running/$$$$
            """
        try workspace.write(
            Workspace.manifest(Self.uniform + "numTrials: 7\nparallelTrials: 1", script: script),
            to: "job.yaml"
        )
        let run = try ProgramRun(["run", "job.yaml", "--parallel-trials", "3"], in: workspace.path)
        let result = await run.result()
        #expect(result.status == 0, "\(result.errors)")
        let counts = try workspace.files(in: "counts").map {
            Int(try workspace.read("counts/\($0)").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 99
        }
        #expect(counts.count == 7)
        #expect((counts.max() ?? 0) <= 3, "\(counts)")
    }

    @Test("stops a trial that does worse than another did, and tells so")
    func pruning() async throws {
        let workspace = try Workspace()
        // The bad one would go on for longer than any test.
        let script = """
            if [ "$KUBEFLOW_TRAINER_OPT_KIND" = good ]; then python3 report.py loss 0.1 epoch 1
            else python3 report.py loss 9 epoch 1; exec sleep 1000; fi
            """
        let spec = """
            searchAlgorithm: {grid: {}}
            pruneAlgorithm: {medianStop: {startupTrials: 1}}
            parameters:
              - name: kind
                searchSpace: {categorical: {choices: [good, bad]}}
            numTrials: 2
            parallelTrials: 2
            """
        try workspace.write(Workspace.manifest(spec, script: script), to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml", "-o", "json"], in: workspace.path)).result()
        #expect(result.status == 0, "\(result.errors)")
        let status = OptimizationJobStatus(decoding: try json(result)["status"] ?? .null)
        let bad = try #require(status.trials.first { $0.parameters.first?.value == "bad" })
        #expect(bad.state == .earlyStopped && bad.reason == "TrialPruned")
        #expect(bad.message == "its best value by step 1, 9.0, is worse than the median of the others, 0.1")
        #expect(bad.progress == [ProgressPoint(step: 1, value: 9)])
        #expect(status.result?.parameters.first?.value == "good")
        #expect(!result.errors.contains("stops no trial"))
    }

    @Test("ends every kind of bad trial as its user would expect, and still completes")
    func badTrials() async throws {
        let workspace = try Workspace()
        let script = """
            case "$KUBEFLOW_TRAINER_OPT_KIND" in
              good) python3 report.py loss 0.5 ;;
              exit) echo broken; exit 1 ;;
              silent) : ;;
              nan) python3 report.py loss nan ;;
              hang) exec sleep 1000 ;;
            esac
            """
        let spec = """
            searchAlgorithm: {grid: {}}
            parameters:
              - name: kind
                searchSpace: {categorical: {choices: [good, exit, silent, nan, hang]}}
            numTrials: 5
            parallelTrials: 5
            """
        try workspace.write(
            Workspace.manifest(spec, script: script, trainJob: "activeDeadlineSeconds: 3"),
            to: "job.yaml"
        )
        let result = await (try ProgramRun(["run", "job.yaml", "-o", "json"], in: workspace.path)).result()
        #expect(result.status == 0, "\(result.errors)")
        let status = OptimizationJobStatus(decoding: try json(result)["status"] ?? .null)
        let ends = Dictionary(
            uniqueKeysWithValues: status.trials.map { ($0.parameters[0].value, [$0.state.rawValue, $0.reason ?? ""]) }
        )
        #expect(ends["good"]?.first == "Succeeded")
        #expect(ends["exit"]?.first == "Failed")
        #expect(ends["silent"] == ["Failed", "MetricsUnavailable"])
        #expect(ends["nan"] == ["Failed", "MetricsUnavailable"])
        #expect(ends["hang"] == ["Failed", "DeadlineExceeded"])
        #expect(status.result?.parameters.first?.value == "good")
        let run = try #require(workspace.files(in: "optimizationjob-runs").first)
        let failed = try #require(status.trials.first { $0.parameters[0].value == "exit" })
        let log = try workspace.read("optimizationjob-runs/\(run)/trials/\(failed.trainJobName)/log.txt")
        #expect(log.contains("broken"))
        #expect(workspace.files(in: "optimizationjob-runs/\(run)").contains("trials.csv"))
    }

    @Test("exits 1 when no trial gives a result, and says why")
    func allFail() async throws {
        let workspace = try Workspace()
        try workspace.write(Workspace.manifest(Self.uniform + "numTrials: 2", script: "exit 3"), to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 1)
        #expect(result.output.contains("example failed, 2 of 2 trials"))
        #expect(result.output.contains("Failed trials: 2"))
    }

    @Test("prints a command that really runs the best trial again")
    func reproduction() async throws {
        let workspace = try Workspace()
        try workspace.write(
            Workspace.manifest(
                Self.uniform + "numTrials: 2",
                script: """
                    echo "x is $KUBEFLOW_TRAINER_OPT_X, it's $(OPT_X)" '$$(OPT_X)'
                    [ -z "${KUBEFLOW_TRAINER_SERVER_URL:-}" ] || python3 report.py loss "$KUBEFLOW_TRAINER_OPT_X"
                    """
            ),
            to: "job.yaml"
        )
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 0, "\(result.output)")
        let lines = result.output.split(separator: "\n")
        let end = try #require(result.output.range(of: "Run it again by hand:\n"))
        let rest = result.output[end.upperBound...]
        let command = String(rest[..<(try #require(rest.range(of: "\n\nResults")).lowerBound)])
        let again = await (try ProgramRun(["-c", command], in: "/", program: "/bin/bash")).result()
        #expect(again.status == 0, "\(again.errors)")
        let value = try #require(lines.first { $0.hasPrefix("  loss") }?.split(separator: " ").dropFirst().first)
        #expect(again.output == "x is \(value), it's \(value) $(OPT_X)\n")
    }

    @Test("refuses an invalid manifest with every error and its line, exits 2 and starts nothing")
    func invalid() async throws {
        let workspace = try Workspace()
        try workspace.write(
            Workspace.manifest(
                """
                parameters:
                  - name: x
                    searchSpace: {uniform: {min: "1", max: "0"}}
                numTrials: 0
                """,
                script: "true"
            ),
            to: "job.yaml"
        )
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        let lines = result.errors.split(separator: "\n")
        for start in [
            "job.yaml:10: spec.parameters[0].searchSpace.uniform", "job.yaml:11: spec.numTrials: Invalid value: 0",
        ] {
            #expect(lines.contains { $0.hasPrefix(start) }, "\(result.errors)")
        }
        #expect(workspace.files(in: "optimizationjob-runs").isEmpty)
    }

    @Test("validates every job of a file, and runs and plans one alone")
    func several() async throws {
        let workspace = try Workspace()
        let good = Workspace.manifest(Self.uniform, script: "true")
        let bad = good.replacing("name: example", with: "name: other").replacing("metric: loss", with: "metric: \"\"")
        try workspace.write("\(good)\n---\n\(bad)", to: "jobs.yaml")
        let result = await (try ProgramRun(["validate", "jobs.yaml"], in: workspace.path)).result()
        #expect(result.status == 2)
        #expect(result.output == "jobs.yaml:1: OptimizationJob \"example\": valid\n")
        let complaint = ": OptimizationJob \"other\": spec.objectives[0].metric: Invalid value"
        #expect(result.errors.contains(complaint), "\(result.errors)")
        #expect(!result.errors.contains("example"))
        for command in ["run", "plan"] {
            let result = await (try ProgramRun([command, "jobs.yaml"], in: workspace.path)).result()
            #expect(result.status == 2)
            #expect(result.errors.contains(": a second OptimizationJob (the first begins on line 1): "))
        }
    }

    @Test(
        "exits 2 when the command line is wrong",
        arguments: [["run"], ["run", "a.yaml", "-o", "xml"], ["run", "-", "--parallel-trials", "0"], ["fly"]]
    )
    func usage(_ arguments: [String]) async throws {
        let workspace = try Workspace()
        let result = await (try ProgramRun(arguments, in: workspace.path)).result()
        #expect(result.status == 2, "\(result.errors)")
        #expect(result.errors.contains("Usage: "))
    }

    @Test(
        "exits 2 when a folder it is given is none, and names the option",
        arguments: [
            ("--output-dir", "", "must name a folder; leave it out for ./optimizationjob-runs"),
            ("--output-dir", "report.py", "report.py: not a folder"),
            ("--output-dir", "report.py/runs", "report.py/runs: Not a directory"),
            ("--context", "missing", "missing: No such file or directory"),
            ("--context", "report.py", "report.py: not a folder"),
        ]
    )
    func folders(_ option: String, _ folder: String, _ problem: String) async throws {
        let workspace = try Workspace()
        try workspace.write(Workspace.manifest(Self.uniform, script: "exit 1"), to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml", option, folder], in: workspace.path)).result()
        #expect(result.status == 2)
        #expect(result.errors == "Error: \(option): \(problem)\n")
    }

    @Test("answers a report that is too large as Kubeflow Trainer does")
    func largeReport() async throws {
        let workspace = try Workspace()
        let script = """
            import os, ssl, urllib.error, urllib.request
            request = urllib.request.Request(os.environ["KUBEFLOW_TRAINER_SERVER_URL"], data=b" " * 65537)
            request.add_header("Authorization", "Bearer " + open(os.environ["KUBEFLOW_TRAINER_SERVER_TOKEN"]).read())
            context = ssl.create_default_context(cafile=os.environ["KUBEFLOW_TRAINER_SERVER_CA_CERT"])
            try:
                urllib.request.urlopen(request, context=context, timeout=30)
            except urllib.error.HTTPError as error:
                print(error.code, error.read().decode())
            """
        try workspace.write(script, to: "large.py")
        let trial = "python3 large.py > \(workspace.path)/answer\npython3 report.py loss 1"
        try workspace.write(Workspace.manifest(Self.uniform, script: trial), to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 0, "\(result.errors)")
        let answer = try workspace.read("answer")
        #expect(answer.hasPrefix("413 "))
        let status = try JSONValue(parsing: Array(answer.utf8.dropFirst(4)))
        #expect(status["kind"] == "Status")
        #expect(status["message"] == "Payload too large")
        #expect(status["reason"] == "RequestEntityTooLarge")
    }

    @Test("tells what it found although the results cannot be written, and exits 1")
    func unwritable() async throws {
        let workspace = try Workspace()
        // The trial takes the name of a file of the results, from its own folder in the folder of the run.
        let script = "until rm -f ../../../job.yaml && mkdir ../../../job.yaml; do :; done\npython3 report.py loss 0.25"
        try workspace.write(Workspace.manifest(Self.uniform, script: script), to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 1)
        #expect(result.output.contains("Best trial: example-trial-0"))
        #expect(result.errors.hasSuffix("/job.yaml: Is a directory\n"), "\(result.errors)")
        let run = try #require(workspace.files(in: "optimizationjob-runs").first)
        #expect(try workspace.read("optimizationjob-runs/\(run)/trials.csv").contains("example-trial-0,Succeeded"))
    }

    @Test(
        "says what a number on the command line has to be",
        arguments: [
            (
                ["run", "-", "--parallel-trials", "-1"],
                "'-1' is invalid for '--parallel-trials <n|auto>': must be a whole"
            ),
            (
                ["run", "-", "--parallel-trials", "0"],
                "'0' is invalid for '--parallel-trials <n|auto>': must be a whole"
            ),
            (["plan", "-", "--count", "-3"], "--count: -3 is not from 0 to 1000"),
            (["run", ""], "the manifest: must name a file, or be - for standard input"),
        ]
    )
    func numbers(_ arguments: [String], _ problem: String) async throws {
        let workspace = try Workspace()
        let result = await (try ProgramRun(arguments, in: workspace.path)).result()
        #expect(result.status == 2)
        #expect(result.errors.contains(problem), "\(result.errors)")
    }

    @Test("shows the Pareto front of several objectives, and how to run a trial whose TrainJob is gone")
    func severalObjectives() async throws {
        let workspace = try Workspace()
        let spec = """
              - metric: size
            searchAlgorithm: {grid: {}}
            parameters:
              - name: x
                searchSpace: {categorical: {choices: ["1", "2", "3"]}}
            numTrials: 3
            trialRetention: None
            """
        let script = """
            case "$KUBEFLOW_TRAINER_OPT_X" in
              1) python3 report.py loss 1 size 9 ;;
              2) python3 report.py loss 2 size 9 ;;
              3) python3 report.py loss 3 size 1 ;;
            esac
            """
        try workspace.write(Workspace.manifest(spec, script: script), to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output.contains(
                """
                Pareto front: 2 trials that no other beats in one objective and matches in the rest
                  TRIAL    LOSS  SIZE  x
                  trial-0  1     9     1
                  trial-2  3     1     3

                Best in loss, the first objective: example-trial-0

                """
            ),
            "\(result.output)"
        )
        #expect(result.output.contains("Run it again by hand:\n"))
        #expect(result.output.contains("example-trial-2 succeeded in"))
        #expect(result.output.contains(": loss=3 size=1 (3/3 finished)"))
    }

    @Test("opens as many files as its trials at a time need, gives trials what there was, and says where it may not")
    func openFiles() async throws {
        let workspace = try Workspace()
        try workspace.write(
            Workspace.manifest(
                Self.uniform + "\nnumTrials: 20\nparallelTrials: 20",
                script: "ulimit -Sn > limit; python3 report.py loss 1"
            ),
            to: "job.yaml"
        )
        func run(_ limits: String) async throws -> ProgramRun.Result {
            let command = "\(limits) && exec \(Workspace.program) run job.yaml --output-dir runs"
            return await (try ProgramRun(["-c", command], in: workspace.path, program: "/bin/sh")).result()
        }
        let refused = try await run("ulimit -n 100")
        #expect(refused.status == 2, "\(refused.errors)")
        let words = "spec.parallelTrials: 20 at a time may need 264 open files, and this shell allows 100"
        #expect(refused.errors.contains(words), "\(refused.errors)")
        let raised = try await run("ulimit -Sn 100")
        #expect(raised.status == 0, "\(raised.output)\(raised.errors)")
        let folder = try #require(workspace.files(in: "runs").first)
        #expect(try workspace.read("runs/\(folder)/trials/example-trial-19/work/limit") == "100\n")
    }

    @Test("says of a trial without metrics that its report was refused, and why")
    func refusedReport() async throws {
        let workspace = try Workspace()
        let wrong = try workspace.read("report.py").replacing("\"value\": value}", with: "\"value\": float(value)}")
        try workspace.write(wrong, to: "wrong.py")
        try workspace.write(
            Workspace.manifest(Self.uniform, script: "python3 wrong.py loss 1 || true"),
            to: "job.yaml"
        )
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 1)
        let reason = "trainerStatus.metrics[0].value must be a text; a number needs quotes around it"
        #expect(
            result.output.contains("no metric at all; a progress report was refused: \(reason)"),
            "\(result.output)"
        )
        let run = try #require(workspace.files(in: "optimizationjob-runs").first)
        #expect(
            try workspace.read("optimizationjob-runs/\(run)/optimizationjob.log").contains("progress report refused")
        )
    }

    @Test(
        "exits 1 when standard output takes no more",
        arguments: ["run -o json job.yaml", "run job.yaml", "validate job.yaml", "plan job.yaml", "suggest < request"]
    )
    func fullOutput(_ command: String) async throws {
        let workspace = try Workspace()
        try workspace.write(
            Workspace.manifest(Self.uniform, script: "python3 report.py loss 1"),
            to: "job.yaml"
        )
        let request = """
            {"objectives": [{"metric": "loss"}],
             "parameters": [{"name": "x", "searchSpace": {"uniform": {"min": "0", "max": "1"}}}]}
            """
        try workspace.write(request, to: "request")
        let shell = "exec \(Workspace.program) \(command) > /dev/full"
        let result = await (try ProgramRun(["-c", shell], in: workspace.path, program: "/bin/bash")).result()
        #expect(result.status == 1)
        let problem = "optimizationjob: cannot write standard output: No space left on device\n"
        #expect(result.errors.hasSuffix(problem), "\(result.errors)")
    }

    @Test("runs a job whose name fills the name of a file")
    func longName() async throws {
        let workspace = try Workspace()
        let manifest = Workspace.manifest(Self.uniform, script: "python3 report.py loss 1")
            .replacing("name: example", with: "name: \(String(repeating: "a", count: 253))")
        try workspace.write(manifest, to: "job.yaml")
        let result = await (try ProgramRun(["run", "job.yaml"], in: workspace.path)).result()
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("reads a manifest from standard input")
    func standardInput() async throws {
        let workspace = try Workspace()
        let manifest = Workspace.manifest(Self.uniform, script: "python3 report.py loss 1")
        let result = await (try ProgramRun(["run", "-"], in: workspace.path, input: manifest)).result()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("example-trial-0 started: x="))
        #expect(result.output.contains("1/1 finished"))
    }

    @Test("shows a table on a terminal, and leaves the cursor visible")
    func terminal() async throws {
        let workspace = try Workspace()
        try workspace.write(
            Workspace.manifest(Self.uniform + "numTrials: 2", script: "python3 report.py loss 1"),
            to: "job.yaml"
        )
        // `script` of util-linux gives the program a terminal.
        let run = try ProgramRun(
            ["-qec", "\(Workspace.program) run job.yaml", "/dev/null"],
            in: workspace.path,
            program: "/usr/bin/script"
        )
        let result = await run.result()
        #expect(result.status == 0, "\(result.output)")
        let show = try #require(result.output.range(of: "\u{1B}[?25h", options: .backwards))
        let hide = try #require(result.output.range(of: "\u{1B}[?25l", options: .backwards))
        #expect(hide.upperBound < show.lowerBound)
        #expect(result.output.contains("2/2 finished"))
        #expect(result.output[show.upperBound...].contains("Best trial: example-trial-"))
    }
}
