import JSON
import Kubernetes
import OptimizationAPI
import Testing

@Suite("A point of a trial's progress")
struct ProgressPointTests {
    private func report(_ metrics: [(String, String)], percentage: Int? = nil) -> TrainerStatus {
        TrainerStatus(progressPercentage: percentage, metrics: metrics.map { MetricValue(name: $0.0, value: $0.1) })
    }

    @Test("is at the step that a trainer's own counter tells, else at the percentage")
    func step() {
        let cases: [(TrainerStatus, Int64?)] = [
            (report([("epoch", "3")]), 3),
            (report([("epoch", "3"), ("step", "40")]), 40),
            (report([("step", "40"), ("global_step", "41")]), 41),
            (report([("global_step", "41"), ("current_step", "42")]), 42),
            (report([("epoch", "1"), ("epoch", "2.9")]), 2),
            (report([("step", "nan"), ("epoch", "7")]), 7),
            (report([("step", "1e300"), ("epoch", "7")]), 7),
            (report([("step", "-4")]), 0),
            (report([("loss", "1")], percentage: 55), 55),
            (report([("loss", "1")]), nil),
        ]
        for (report, step) in cases {
            #expect(report.stepMeasure.flatMap { report.step(by: $0) } == step, "\(report)")
        }
    }

    @Test("has the metric's last value, NaN for what is no number, and is none without either")
    func value() throws {
        func point(_ metrics: [(String, String)]) -> ProgressPoint? {
            ProgressPoint(report(metrics), of: "loss", by: .metric("epoch"))
        }
        let last = try #require(point([("loss", "9"), ("loss", "0.25"), ("epoch", "1")]))
        #expect(last.value == 0.25 && last.step == 1)
        #expect(point([("loss", "n/a"), ("epoch", "1")])?.value.isNaN == true)
        #expect(point([("loss", "inf"), ("epoch", "1")])?.value == .infinity)
        #expect(point([("epoch", "1")]) == nil)
        #expect(point([("loss", "1")]) == nil)
        #expect(point([("loss", "1"), ("step", "1")]) == nil)
    }

    @Test("survives being written, whatever its value, and is the same point again")
    func roundTrip() throws {
        let values = [0, 0.1, -3.25, 1e-300, 1e300, 123456.789, .nan, .infinity, -.infinity, 1.0 / 3]
        var record = TrialRecord(trainJobName: "t", parameters: [], creationTime: .now())
        record.progress = values.enumerated().map { ProgressPoint(step: Int64($0.offset * 10), value: $0.element) }
        let again = try #require(TrialRecord(decoding: record.json))
        #expect(again.progress == record.progress)
        for (point, value) in zip(again.progress, values) where value.isFinite {
            #expect(abs(point.value - value) <= abs(value) * 1e-6)
        }
    }

    @Test("is written with what its step is counted by, and read without it from older records")
    func measure() throws {
        for measure in StepMeasure.metrics.map(StepMeasure.metric) + [.percentage] {
            var record = TrialRecord(trainJobName: "t", parameters: [], creationTime: Timestamp(secondsSinceEpoch: 0))
            record.stepMeasure = measure
            record.progress = [ProgressPoint(step: 1, value: 0.5), ProgressPoint(step: 2, value: 0.25)]
            #expect(record.json["progress"] == .string("\(measure.name): 1=0.5 2=0.25"))
            #expect(TrialRecord(decoding: record.json) == record)
        }
        for text in ["1=0.5 2=0.25", "loss: 1=0.5 2=0.25", "epoch 1=0.5 2=0.25"] {
            let record = try #require(TrialRecord(decoding: ["trainJobName": "t", "progress": .string(text)]))
            #expect(record.stepMeasure == nil && record.progress.map(\.step) == [1, 2])
        }
    }

    @Test("is read from a text that somebody changed as far as it makes sense")
    func lenient() throws {
        let record = try #require(
            TrialRecord(decoding: [
                "trainJobName": "t", "progress": "1=0.5 x 2 3=0.25=7 2=1 =4 5=nan 99999999999999999999=1 7=2",
            ])
        )
        #expect(record.progress.map(\.step) == [1, 3, 5, 7])
        #expect(record.progress[0].value == 0.5 && record.progress[1].value.isNaN && record.progress[3].value == 2)
    }
}
