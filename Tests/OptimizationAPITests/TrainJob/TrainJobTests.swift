import JSON
import Kubernetes
import OptimizationAPI
import Testing

@Suite("A TrainJob")
struct TrainJobTests {
    private func job(conditions: JSONValue) -> TrainJob {
        TrainJob(decoding: ["metadata": ["name": "t", "namespace": "n"], "status": ["conditions": conditions]])
    }

    @Test("is finished only by a condition that is true")
    func finished() {
        #expect(job(conditions: [["type": "Complete", "status": "True"]]).isComplete)
        #expect(job(conditions: [["type": "Failed", "status": "True"]]).isFailed)
        #expect(!job(conditions: [["type": "Complete", "status": "False"]]).isFinished)
        #expect(!job(conditions: [["type": "Suspended", "status": "True"]]).isFinished)
        #expect(!job(conditions: nil).isFinished)
    }

    @Test("reads the whole of a report")
    func report() {
        let job = TrainJob(decoding: [
            "spec": ["suspend": true],
            "status": [
                "trainerStatus": [
                    "progressPercentage": 45, "estimatedRemainingSeconds": 795,
                    "metrics": [
                        ["name": "loss", "value": "0.5"], ["name": "loss", "value": "0.25"], ["name": "x", "value": 3],
                    ],
                    "lastUpdatedTime": "2026-08-21T10:30:45.250Z",
                ]
            ],
        ])
        #expect(job.isSuspended)
        #expect(job.trainerStatus?.progressPercentage == 45)
        #expect(job.trainerStatus?.estimatedRemainingSeconds == 795)
        #expect(job.trainerStatus?.number(ofMetric: "loss") == 0.25)
        #expect(job.trainerStatus?.metrics.count == 2)
        #expect(job.trainerStatus?.lastUpdatedTime == Timestamp(rfc3339: "2026-08-21T10:30:45Z"))
        #expect(job.trainerStatus.flatMap { TrainerStatus(decoding: $0.json) } == job.trainerStatus)
    }

    @Test(
        "has no report until there is one",
        arguments: [nil, [:], ["trainerStatus": nil], ["trainerStatus": 3]] as [JSONValue]
    )
    func noReport(status: JSONValue) {
        #expect(TrainJob(decoding: ["status": status]).trainerStatus == nil)
    }
}
