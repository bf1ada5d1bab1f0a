import JSON
import Kubernetes
import OptimizationAPI
import Testing

@Suite("The summary of a status")
struct StatusSummaryTests {
    private let time = Timestamp(secondsSinceEpoch: 1_795_000_000)
    private let spec = OptimizationJobSpec(
        objectives: [Objective(metric: "val_loss"), Objective(metric: "time")],
        parameters: [],
        numTrials: 20,
        trainJobTemplate: TrainJobTemplate(spec: [:])
    )

    private func condition(_ type: String, _ status: String) -> Condition {
        Condition(type: type, status: status, reason: "R", message: "", lastTransitionTime: time)
    }

    private func record(_ state: TrialState) -> TrialRecord {
        TrialRecord(trainJobName: "t", state: state, parameters: [], creationTime: time)
    }

    @Test("of a new job counts its trials")
    func new() {
        let summary = StatusSummary(of: OptimizationJobStatus(), spec: spec)
        #expect(summary.json == ["state": "Pending", "trials": "0/20"])
    }

    @Test("names the state that says most, the trials that ended and the first objective's best value")
    func running() {
        let status = OptimizationJobStatus(
            conditions: [condition("Created", "True"), condition("Running", "True"), condition("Complete", "False")],
            result: TrialResult(
                trainJobName: "t",
                parameters: [],
                metrics: [
                    MetricValue(name: "time", value: "7"), MetricValue(name: "val_loss", value: "1"),
                    MetricValue(name: "val_loss", value: "0.25"),
                ]
            ),
            trials: [record(.succeeded), record(.running), record(.failed), record(.earlyStopped)]
        )
        #expect(
            StatusSummary(of: status, spec: spec).json == ["state": "Running", "trials": "3/20", "best": "0.25"]
        )
    }

    @Test(
        "puts how a job ended before what it did",
        arguments: [
            (["Created", "Running", "Failed"], "Failed"), (["Suspended", "Created"], "Suspended"),
            (["Running", "Suspended", "Complete"], "Complete"), (["Created"], "Pending"),
        ]
    )
    func state(types: [String], state: String) {
        let status = OptimizationJobStatus(conditions: types.map { condition($0, "True") })
        #expect(StatusSummary(of: status, spec: spec).state == state)
    }

    @Test("says that it is not known how a job is whose spec is not understood, and keeps what was counted")
    func unreadable() {
        var status = OptimizationJobStatus(conditions: [
            condition("Suspended", "True"), condition("Running", "Unknown"),
        ])
        #expect(StatusSummary(ofUnreadable: status).json == ["state": "Unknown"])
        status.summary = StatusSummary(of: status, spec: spec)
        #expect(StatusSummary(ofUnreadable: status).json == ["state": "Unknown", "trials": "0/20"])
    }

    @Test("survives writing and reading")
    func roundTrip() {
        #expect(OptimizationJobStatus(decoding: Everything.status.json) == Everything.status)
    }
}
