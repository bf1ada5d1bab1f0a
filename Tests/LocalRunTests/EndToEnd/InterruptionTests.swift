import Foundation
import Testing

/// What is left of a run that is not allowed to end by itself.
@Suite("An interrupted run", .serialized)
struct InterruptionTests {
    /// Trials that tell their process and that of a child, then go on for ever; they ignore polite signals on request.
    /// The process is `$$$$`, since Kubernetes' expansion makes `$$` of it.
    private static func script(ignoring: Bool) -> String {
        """
        \(ignoring ? "trap '' INT TERM HUP" : ":")
        mkdir -p "$PIDS"
        setsid sleep 1000 &
        echo $! > "$PIDS/child"
        echo $$$$ > "$PIDS/trial.new"
        mv "$PIDS/trial.new" "$PIDS/trial"
        while :; do sleep 1000; done
        """
    }

    private func start(_ workspace: Workspace, ignoring: Bool = false) async throws -> (ProgramRun, [Int32]) {
        let pids = workspace.path + "/pids"
        let manifest = Workspace.manifest(
            """
            parameters:
              - name: x
                searchSpace: {uniform: {min: "0", max: "1"}}
            """,
            script: "PIDS=\(pids)\n" + Self.script(ignoring: ignoring)
        )
        try workspace.write(manifest, to: "job.yaml")
        let run = try ProgramRun(["run", "job.yaml"], in: workspace.path)
        let trial = workspace.path + "/pids/trial"
        try await eventually("the trial starts") { FileManager.default.fileExists(atPath: trial) }
        let processes = try ["trial", "child"].map { name in
            let text = try workspace.read("pids/\(name)").trimmingCharacters(in: .whitespacesAndNewlines)
            return try #require(Int32(text))
        }
        #expect(processes.allSatisfy(isAlive))
        return (run, processes)
    }

    @Test(
        "stops its trials, tells what was found, and exits as shells expect",
        arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143)), (SIGHUP, Int32(129))]
    )
    func signal(_ signal: Int32, _ status: Int32) async throws {
        let workspace = try Workspace()
        let (run, processes) = try await start(workspace)
        run.send(signal)
        let result = await run.result()
        #expect(result.status == status, "\(result.errors)")
        #expect(result.output.contains("example was interrupted, 0 of 1 trials"))
        #expect(!processes.contains(where: isAlive))
        try expectStopped(in: workspace)
    }

    /// The results say that the only trial was stopped with the run.
    private func expectStopped(in workspace: Workspace) throws {
        let folder = "optimizationjob-runs/\(try #require(workspace.files(in: "optimizationjob-runs").first))"
        #expect(try workspace.read("\(folder)/trials.csv").contains("example-trial-0,EarlyStopped,RunEnded,"))
        let job = try workspace.read("\(folder)/job.yaml")
        #expect(job.contains("message: the run ended before the trial did"))
        #expect(job.contains("trials: \"1/1\""))
    }

    @Test("does not wait for trials that do not want to end when it is asked twice, and tells what was found")
    func twice() async throws {
        let workspace = try Workspace()
        let (run, processes) = try await start(workspace, ignoring: true)
        run.send(SIGINT)
        await run.reads("Stopping the trials.")
        let asked = ContinuousClock.now
        run.send(SIGINT)
        let result = await run.result()
        #expect(result.status == 130)
        // Asked once, it would have waited for the trial as long as its grace period.
        #expect(ContinuousClock.now - asked < .seconds(9))
        #expect(result.output.contains("example was interrupted, 0 of 1 trials"))
        #expect(result.output.contains("trials.csv"))
        try expectStopped(in: workspace)
        try await eventually("the trial's processes end") { !processes.contains(where: isAlive) }
    }

    @Test("that is killed leaves what its trials found until then")
    func results() async throws {
        let workspace = try Workspace()
        let script = """
            [ "$KUBEFLOW_TRAINER_OPT_KIND" = fast ] || exec sleep 1000
            python3 report.py loss 0.5
            """
        let spec = """
            searchAlgorithm: {grid: {}}
            parameters:
              - name: kind
                searchSpace: {categorical: {choices: [fast, slow]}}
            numTrials: 2
            parallelTrials: 2
            """
        try workspace.write(Workspace.manifest(spec, script: script), to: "job.yaml")
        let run = try ProgramRun(["run", "job.yaml"], in: workspace.path)
        var folder = ""
        try await eventually("a trial's result is written") {
            folder = "optimizationjob-runs/\(workspace.files(in: "optimizationjob-runs").first ?? "")"
            return (try? workspace.read("\(folder)/trials.csv"))?.contains(",Succeeded,") == true
        }
        run.send(SIGKILL)
        _ = await run.result()
        #expect(try workspace.read("\(folder)/trials.csv").contains(",Running,"))
        #expect(try workspace.read("\(folder)/job.yaml").contains("value: \"0.5\""))
    }

    @Test("that is killed leaves no process behind")
    func killed() async throws {
        let workspace = try Workspace()
        let (run, processes) = try await start(workspace, ignoring: true)
        run.send(SIGKILL)
        let result = await run.result()
        #expect(result.status == 128 + SIGKILL)
        try await eventually("the trial's processes end") { !processes.contains(where: isAlive) }
    }
}
