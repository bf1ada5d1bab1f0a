import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("The report of a run")
struct RunReportTests {
    private func report(_ ending: RunEnding, _ state: RunState, message: String = "") -> [String] {
        RunReport(
            ending: ending,
            state: state,
            message: message,
            reproduction: state.best == nil ? nil : Reproduction(command: "cd /x && python3 a.py"),
            directory: "runs/quick-1",
            logPath: { "runs/quick-1/trials/\($0)/log.txt" }
        ).lines()
    }

    @Test("tells the best trial, how to run it again, what failed, and where everything is")
    func complete() {
        var state = RenderingTests.state
        state.trials[2] = RenderingTests.trial(2, .succeeded, began: 4, ended: 5, accuracy: "0.5")
        state.trials[0].metrics.append(.init(name: "loss", value: "0.25"))
        #expect(
            report(.complete, state, message: "every point of the space was tried") == [
                "quick is complete, 3 of 10 trials in 0:05: every point of the space was tried",
                "",
                "Best trial: quick-trial-0",
                " Metrics",
                "  accuracy  0.96123456  (maximised)",
                "  loss      0.25",
                " Parameters",
                "  rate      0.0123456789",
                "  act       tanh",
                "",
                "Run it again by hand:",
                "  cd /x && python3 a.py",
                "",
                "Failed trials: 1",
                "  quick-trial-1  MetricsUnavailable: why it is so",
                "    runs/quick-1/trials/quick-trial-1/log.txt",
                "",
                "Results  runs/quick-1/  (job.yaml, trials.csv)",
                "Logs     runs/quick-1/trials/quick-trial-0/log.txt  (one a trial)",
            ]
        )
    }

    @Test("shows the end of a failed trial's log line by line, and in the first line only what it comes to")
    func traceback() {
        var state = RenderingTests.state
        let message =
            "the trial exited with code 1; its log ends:\nTraceback:\n  File \"a.py\"\n\nValueError: \u{1B}[2Jno"
        state.trials[1].message = message
        state.bestTrial = nil
        let lines = report(.failed, state, message: "all failed; the first: " + message)
        #expect(
            lines.first
                == "quick failed, 2 of 10 trials in 0:05: all failed; the first: the trial exited with code 1; "
                + "its log ends: … ValueError: \\u{1b}[2Jno"
        )
        let failure = lines.firstIndex(of: "Failed trials: 1").map { lines[($0 + 1)...].prefix(5) } ?? []
        #expect(
            Array(failure) == [
                "  quick-trial-1  MetricsUnavailable: the trial exited with code 1; its log ends:",
                "    | Traceback:",
                "    |   File \"a.py\"",
                "    | ValueError: \\u{1b}[2Jno",
                "    runs/quick-1/trials/quick-trial-1/log.txt",
            ]
        )
    }

    @Test(
        "ends a line with the exception, or with what says something",
        arguments: [
            ("ended:\n[rank0]: ValueError: no\nE1130 failed (exitcode: 1)", "ended: … [rank0]: ValueError: no"),
            ("ended:\nKeyboardInterrupt\nbye", "ended: … KeyboardInterrupt"),
            ("ended:\nan Error: of a kind\nbye", "ended: … bye"),
            ("ended:\nValueError: old\n1\n2\n3\n4\n5\nno config", "ended: … no config"),
            ("ended:\nValueError: no\n====\n\n", "ended: … ValueError: no"), ("ended:\n----", "ended: ----"),
            ("ended:\n größe\n ^^^^", "ended: …  größe"), ("ended", "ended"), ("", ""),
        ]
    )
    func rule(text: String, line: String) {
        #expect(Text.onOneLine(text) == line)
    }

    @Test("lists a front from the best in the first objective on, and of a long one both ends", arguments: [3, 20, 58])
    func front(count: Int) throws {
        var state = RenderingTests.state
        state.objectives.append(Objective(metric: "loss", direction: .minimize))
        // In an order that is not that of the values: 7 has no factor in common with any of the counts.
        state.trials = (0..<count).map { index in
            let place = index * 7 % count
            var trial = RenderingTests.trial(index, .succeeded, began: 0, ended: 1, accuracy: "\(place)")
            trial.metrics.append(.init(name: "loss", value: "\(place)"))
            return trial
        }
        let lines = RunReport(
            ending: .complete,
            state: state,
            message: "",
            front: state.trials,
            directory: "runs/quick-1",
            logPath: { _ in nil }
        ).lines()
        let heading = try #require(lines.firstIndex { $0.hasPrefix("Pareto front: \(count) trials") })
        let rows = lines[(heading + 2)...].prefix { $0.contains("trial-") }
        let shown = rows.compactMap { Int($0.split(separator: " ")[1]) }
        #expect(shown.count == min(count, 20) && shown.first == count - 1 && shown.last == 0, "\(lines)")
        #expect(zip(shown, shown.dropFirst()).allSatisfy { (1...4).contains($0 - $1) })
        #expect(lines.contains("  and 38 more between them, marked \"optimal\" in trials.csv") == (count == 58))
    }

    @Test("counts failures instead of listing them all")
    func manyFailures() {
        var state = RenderingTests.state
        state.bestTrial = nil
        state.trials = (0..<8).map { RenderingTests.trial($0, .failed, began: 0, ended: 1, reason: "TrainJobFailed") }
        let lines = report(.failed, state, message: "all trials failed")
        #expect(lines.first == "quick failed, 8 of 10 trials in 0:05: all trials failed")
        #expect(lines.count { $0.contains("TrainJobFailed") } == RunReport.listedFailures)
        #expect(lines.contains("  and 3 more, see trials.csv"))
        #expect(!lines.contains("Run it again by hand:"))
    }

    @Test("does not say twice how many trials there were")
    func full() {
        var state = RenderingTests.state
        state.totalTrials = 3
        state.trials[2].state = .succeeded
        let lines = report(.complete, state, message: "3 of 3 trials finished")
        #expect(lines.first == "quick is complete, 3 of 3 trials in 0:05")
    }

    @Test("counts trials that were stopped early")
    func stopped() {
        var state = RenderingTests.state
        state.totalTrials = 3
        state.trials[2].state = .earlyStopped
        #expect(report(.complete, state).first == "quick is complete, 3 of 3 trials in 0:05, 1 of them stopped early")
    }

    @Test("of an interrupted run tells what was found so far")
    func interrupted() {
        let lines = report(.interrupted(signal: 2), RenderingTests.state)
        #expect(lines.first == "quick was interrupted, 2 of 10 trials in 0:05. This is what was found so far.")
        #expect(lines.contains("Best trial: quick-trial-0"))
    }

    @Test("ends with the status a shell expects")
    func status() {
        #expect(
            [RunEnding.complete, .failed, .interrupted(signal: 2), .interrupted(signal: 15)].map(\.exitCode) == [
                0, 1, 130, 143,
            ]
        )
    }
}
