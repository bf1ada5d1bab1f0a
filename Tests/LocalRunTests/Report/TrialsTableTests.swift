import Kubernetes
import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("The table of trials")
struct TrialsTableTests {
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
        #expect(TrialsTable.csv(trials) == lines.map { $0 + "\r\n" }.joined())
    }
}
