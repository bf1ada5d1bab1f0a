import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("The view of a run")
struct RenderingTests {
    static func trial(
        _ index: Int,
        _ state: TrialState,
        began: Int,
        ended: Int? = nil,
        accuracy: String? = nil,
        progress: Int? = nil,
        reason: String? = nil
    ) -> TrialView {
        TrialView(
            name: "quick-trial-\(index)",
            state: state,
            reason: reason,
            message: reason.map { _ in "why it is so" },
            parameters: [.init(name: "rate", value: "0.0123456789"), .init(name: "act", value: "tanh")],
            metrics: accuracy.map { [.init(name: "accuracy", value: $0)] } ?? [],
            progress: progress,
            began: .seconds(began),
            ended: ended.map { .seconds($0) }
        )
    }

    static let state = RunState(
        jobName: "quick",
        objectives: [Objective(metric: "accuracy", direction: .maximize)],
        totalTrials: 10,
        parallelTrials: 2,
        trials: [
            trial(0, .succeeded, began: 0, ended: 4, accuracy: "0.96123456"),
            trial(1, .failed, began: 0, ended: 2, reason: "MetricsUnavailable"),
            trial(2, .running, began: 4, accuracy: "0.5", progress: 40),
        ],
        bestTrial: "quick-trial-0",
        elapsed: .seconds(5)
    )

    @Test("is a table of what counts")
    func table() {
        let lines = TableRenderer(columns: 100, rows: 24, isColored: false).lines(Self.state)
        #expect(
            lines == [
                "quick  Maximize accuracy  10 trials, 2 at a time",
                "━━━━────────────────  2/10 finished, 1 running, 1 failed  0:05 elapsed, about 0:11 left",
                "best so far  accuracy 0.96123  rate=0.012346 act=tanh  trial-0",
                "",
                "TRIAL    STATE                       ACCURACY  TIME  rate      act",
                "trial-0  succeeded                   0.96123   4.0s  0.012346  tanh",
                "trial-1  failed: MetricsUnavailable            2.0s  0.012346  tanh",
                "trial-2  running 40%                 0.5       1.0s  0.012346  tanh",
            ]
        )
    }

    @Test("leaves out no number where the terminal is narrow: first the bar gets shorter, then lines go on below")
    func narrow() {
        func head(_ columns: Int) -> [String] {
            Array(TableRenderer(columns: columns, rows: 24, isColored: false).lines(Self.state).prefix { !$0.isEmpty })
        }
        #expect(
            head(79) == [
                "quick  Maximize accuracy  10 trials, 2 at a time",
                "━━──────────  2/10 finished, 1 running, 1 failed  0:05 elapsed, about 0:11 left",
                "best so far  accuracy 0.96123  rate=0.012346 act=tanh  trial-0",
            ]
        )
        #expect(
            head(40) == [
                "quick  Maximize accuracy  10 trials, 2 …",
                "2/10 finished, 1 running, 1 failed",
                "  0:05 elapsed, about 0:11 left",
                "best so far  accuracy 0.96123",
                "  rate=0.012346 act=tanh  trial-0",
            ]
        )
    }

    @Test("marks what is cut, and nothing where everything fits", arguments: 1...120)
    func exactFit(_ columns: Int) {
        let whole = TableRenderer(columns: 200, rows: 24, isColored: false).lines(Self.state).suffix(4)
        let lines = TableRenderer(columns: columns, rows: 24, isColored: false).lines(Self.state).suffix(4)
        for (line, whole) in zip(lines, whole) {
            #expect(line.contains("…") == (Text.width(whole) > columns))
        }
    }

    @Test("is the same in colour but for the escape sequences")
    func colour() {
        let renderer = TableRenderer(columns: 100, rows: 24, isColored: true)
        let plain = TableRenderer(columns: 100, rows: 24, isColored: false).lines(Self.state)
        let colored = renderer.lines(Self.state)
        #expect(colored[0] == "\u{1B}[1mquick\u{1B}[0m  Maximize accuracy\u{1B}[2m  10 trials, 2 at a time\u{1B}[0m")
        let stripped = colored.map { $0.replacing(/\u{1B}\[[0-9]*m/, with: "") }
        for (a, b) in zip(stripped, plain) { #expect(a.replacing(/\ +$/, with: "") == b) }
    }

    @Test("fits any terminal", arguments: [1, 2, 9, 20, 40, 79, 200], [1, 2, 3, 5, 8, 24])
    func fits(_ columns: Int, _ rows: Int) {
        let lines = TableRenderer(columns: columns, rows: rows, isColored: false).lines(Self.state)
        #expect(lines.count <= max(1, rows - 1))
        #expect(lines.allSatisfy { Text.width($0) <= columns })
    }

    @Test("lists every running trial and the latest that ended")
    func listed() {
        var state = Self.state
        state.trials = (0..<30).map { index in
            index == 3 ? Self.trial(index, .running, began: 0) : Self.trial(index, .succeeded, began: 0, ended: 1)
        }
        let lines = TableRenderer(columns: 80, rows: 24, isColored: false).lines(state).dropFirst(5)
        let names = lines.map { String($0.prefix { $0 != " " }) }
        #expect(names == ["trial-3"] + (21...29).map { "trial-\($0)" })
    }

    @Test("cannot be steered by what trials report")
    func hostile() {
        var state = Self.state
        state.trials[0].metrics = [.init(name: "accuracy", value: "\u{1B}[2J\r1")]
        state.trials[0].parameters = [.init(name: "a\nb", value: "\u{9B}31m")]
        let lines = TableRenderer(columns: 200, rows: 24, isColored: false).lines(state)
        #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } })
    }

    @Test("without a terminal is one line for each start and end")
    func plain() {
        func line(_ event: RunEvent) -> String { PlainRenderer.line(event, Self.state) }
        let trials = Self.state.trials
        #expect(line(.started(trials[2])) == "[0:05] quick-trial-2 started: rate=0.012346 act=tanh")
        #expect(
            line(.ended(trials[0], isBest: true, finished: 1))
                == "[0:05] quick-trial-0 succeeded in 4.0s: accuracy=0.96123, best so far (1/10 finished)"
        )
        #expect(
            line(.ended(trials[1], isBest: false, finished: 2))
                == "[0:05] quick-trial-1 failed after 2.0s: MetricsUnavailable: why it is so (2/10 finished)"
        )
        let pruned = Self.trial(2, .earlyStopped, began: 4, ended: 5, accuracy: "0.5", reason: "TrialPruned")
        #expect(
            line(.ended(pruned, isBest: false, finished: 3))
                == "[0:05] quick-trial-2 stopped early after 1.0s: accuracy=0.5, TrialPruned: why it is so (3/10 finished)"
        )
    }

    @Test(
        "tells time as people do",
        arguments: [
            (Duration.milliseconds(0), "0:00", "0.0s"), (.milliseconds(1960), "0:01", "1.9s"),
            (.seconds(61), "1:01", "1:01"),
            (.seconds(3725), "1:02:05", "1:02:05"), (.seconds(-3), "0:00", "0:00"),
        ]
    )
    func time(_ duration: Duration, _ clock: String, _ short: String) {
        #expect(Text.clock(duration) == clock)
        #expect(Text.short(duration) == short)
    }

    @Test(
        "shortens long numbers and nothing else",
        arguments: [
            ("0.0123456789", "0.012346"), ("16", "16"), ("123456789", "123456789"), ("1234567890123", "1.2346e+12"),
            ("1e-05", "1e-05"), ("0.00001234567", "1.2346e-05"),
            ("nan", "nan"), ("infinity", "infinity"), ("long text value", "long text value"), ("0.5000000", "0.5"),
        ]
    )
    func number(_ text: String, _ expected: String) {
        #expect(Text.number(text) == expected)
    }
}
