import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("The table of trials")
struct TrialsTableTests {
    private func job(_ trials: [TrialRecord], objectives: [String] = ["loss"]) -> OptimizationJob {
        OptimizationJob(
            metadata: ObjectMeta(["metadata": ["name": "a"]]),
            spec: OptimizationJobSpec(
                objectives: objectives.map { Objective(metric: $0) },
                searchAlgorithm: .random(seed: 1),
                parameters: [],
                numTrials: 3,
                parallelTrials: 2,
                trainJobTemplate: TrainJobTemplate(spec: [:])
            ),
            status: OptimizationJobStatus(trials: trials, nextTrialIndex: trials.count)
        )
    }

    @Test("has one line a trial and one column a parameter and metric, quoted where needed")
    func csv() {
        let trials = [
            TrialRecord(
                trainJobName: "a-trial-0",
                state: .succeeded,
                parameters: [.init(name: "lr", value: "0.1")],
                metrics: [.init(name: "loss", value: "1"), .init(name: "lr", value: "0.05")],
                creationTime: Timestamp(secondsSinceEpoch: 0),
                completionTime: Timestamp(secondsSinceEpoch: 1)
            ),
            TrialRecord(
                trainJobName: "a-trial-1",
                state: .failed,
                reason: "say \"no\", twice",
                parameters: [.init(name: "lr", value: "0.2"), .init(name: "state", value: "x")],
                creationTime: Timestamp(secondsSinceEpoch: 0)
            ),
        ]
        let time = Timestamp(secondsSinceEpoch: 0).description
        let end = Timestamp(secondsSinceEpoch: 1).description
        let lines = [
            "trial,state,reason,created,completed,parameter.lr,parameter.state,loss,metric.lr",
            "a-trial-0,Succeeded,,\(time),\(end),0.1,,1,0.05",
            "a-trial-1,Failed,\"say \"\"no\"\", twice\",\(time),,0.2,x,,",
        ]
        #expect(TrialsTable.csv(job(trials)) == lines.map { $0 + "\r\n" }.joined())
    }

    @Test("marks the Pareto front of several objectives")
    func front() {
        let trials = [("1", "9"), ("2", "9"), ("3", "1")].enumerated().map { index, values in
            TrialRecord(
                trainJobName: "a-trial-\(index)",
                state: .succeeded,
                parameters: [],
                metrics: [.init(name: "loss", value: values.0), .init(name: "size", value: values.1)],
                creationTime: Timestamp(secondsSinceEpoch: 0)
            )
        }
        let lines = TrialsTable.csv(job(trials, objectives: ["loss", "size"])).split(separator: "\r\n")
        #expect(lines[0] == "trial,state,reason,created,completed,optimal,loss,size")
        #expect(
            lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[5] } == [
                "true", "false", "true",
            ]
        )
    }
}
