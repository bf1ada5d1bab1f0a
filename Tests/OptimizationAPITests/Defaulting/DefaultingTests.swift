import JSON
import OptimizationAPI
import Testing

@Suite("Defaulting")
struct DefaultingTests {
    @Test("fills in what upstream's schema fills in, and nothing else")
    func minimal() {
        #expect(
            Defaulting.patch(for: Samples.minimal).json == [
                ["op": "add", "path": "/spec/searchAlgorithm", "value": ["random": [:]]],
                ["op": "add", "path": "/spec/numTrials", "value": 1],
                ["op": "add", "path": "/spec/parallelTrials", "value": 1],
                ["op": "add", "path": "/spec/objectives/0/direction", "value": "Minimize"],
                ["op": "add", "path": "/spec/parameters/0/searchSpace/uniform/type", "value": "Float"],
                [
                    "op": "add", "path": "/spec/trainJobTemplate/spec/runtimeRef/apiGroup",
                    "value": "trainer.kubeflow.org",
                ],
                [
                    "op": "add", "path": "/spec/trainJobTemplate/spec/runtimeRef/kind",
                    "value": "ClusterTrainingRuntime",
                ],
            ]
        )
    }

    @Test("leaves a complete object alone")
    func complete() {
        #expect(Defaulting.patch(for: Samples.full).operations.isEmpty)
    }

    @Test("spells a direction as the API does", arguments: ["minimize", "MINIMIZE", "mInImIzE"])
    func direction(written: String) {
        let job = Defaulting.apply(to: Samples.full)
        var loose = job
        loose["spec"]?["objectives"] = [["metric": "accuracy", "direction": .string(written)]]
        #expect(
            Defaulting.patch(for: loose).json == [
                ["op": "replace", "path": "/spec/objectives/0/direction", "value": "Minimize"]
            ]
        )
    }

    @Test("spells other words as the API does, too")
    func words() {
        let job = Samples.job([
            "objectives": [["metric": "loss", "direction": "maximize"]],
            "parameters": [
                ["name": "a", "searchSpace": ["uniform": ["min": "1", "max": "2", "type": "int"]]],
                ["name": "b", "searchSpace": ["logNormal": ["mean": "1", "stdDev": "2", "type": "FLOAT"]]],
            ],
            "trialRetention": "best",
        ])
        let spec = Defaulting.apply(to: job)["spec"]
        #expect(spec?["objectives"]?[0]?["direction"] == "Maximize")
        #expect(spec?["parameters"]?[0]?["searchSpace"]?["uniform"]?["type"] == "Int")
        #expect(spec?["parameters"]?[1]?["searchSpace"]?["logNormal"]?["type"] == "Float")
        #expect(spec?["trialRetention"] == "Best")
    }

    @Test("fills in the settings of the algorithms a job names, and of no others")
    func algorithms() {
        let job = Samples.job(
            ["searchAlgorithm": ["tpe": ["candidates": 7]], "pruneAlgorithm": ["medianStop": [:], "asha": nil]],
            in: Samples.full
        )
        #expect(
            Defaulting.patch(for: job).json == [
                ["op": "add", "path": "/spec/searchAlgorithm/tpe/startupTrials", "value": 10],
                ["op": "add", "path": "/spec/pruneAlgorithm/medianStop/startupTrials", "value": 5],
                ["op": "add", "path": "/spec/pruneAlgorithm/medianStop/startupSteps", "value": 0],
            ]
        )
    }

    @Test(
        "leaves a direction it does not know to validation",
        arguments: ["down", "", "minimise", 3, true, []] as [JSONValue]
    )
    func unknownDirection(direction: JSONValue) {
        let job = Samples.job(["objectives": [["metric": "loss", "direction": direction]]], in: Samples.full)
        #expect(Defaulting.patch(for: job).operations.isEmpty)
    }

    @Test("treats null as absent")
    func null() {
        let job = Samples.job(["numTrials": .some(.null), "searchAlgorithm": .some(.null)], in: Samples.full)
        #expect(
            Defaulting.patch(for: job).json == [
                ["op": "replace", "path": "/spec/searchAlgorithm", "value": ["random": [:]]],
                ["op": "replace", "path": "/spec/numTrials", "value": 1],
            ]
        )
    }

    @Test(
        "lets odd shapes be",
        arguments: [
            nil, 3, [], [:], ["spec": nil], ["spec": []], ["spec": "x"], ["metadata": [:]],
        ] as [JSONValue]
    )
    func oddShapes(object: JSONValue) {
        #expect(Defaulting.apply(to: object) == object)
        #expect(Defaulting.patch(for: object).operations.isEmpty)
    }

    @Test(
        "does nothing more the second time, whatever the shape",
        arguments: Mutations.all(of: Samples.minimal) + Mutations.all(of: Samples.extended)
    )
    func idempotent(job: JSONValue) {
        let once = Defaulting.apply(to: job)
        #expect(Defaulting.patch(for: once).operations.isEmpty)
    }

    @Test("writes no endless patch for an endless list")
    func longLists() {
        let job = Samples.job([
            "objectives": .array(Array(repeating: [:], count: 5000)),
            "parameters": .array(Array(repeating: ["searchSpace": ["uniform": [:]]], count: 5000)),
        ])
        #expect(Defaulting.patch(for: job).operations.count < 10)
    }

    @Test("keeps number text and the order of members")
    func lossless() throws {
        let text = #"{"spec":{"trainJobTemplate":{"spec":{"z":1.50,"a":1E6,"runtimeRef":{"name":"x"}}},"numTrials":2}}"#
        let defaulted = Defaulting.apply(to: try JSONValue(parsing: text)).description
        #expect(
            defaulted.hasPrefix(#"{"spec":{"trainJobTemplate":{"spec":{"z":1.50,"a":1E6,"runtimeRef":{"name":"x","#)
        )
    }
}
