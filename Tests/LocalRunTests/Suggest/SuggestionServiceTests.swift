import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("Suggestions from the command line")
struct SuggestionServiceTests {
    private func request(_ algorithm: JSONValue, trials: JSONValue = [], count: JSONValue = 1) -> JSONValue {
        [
            "parameters": [
                ["name": "rate", "searchSpace": ["logUniform": ["min": "1e-4", "max": "1"]]],
                ["name": "kind", "searchSpace": ["categorical": ["choices": ["a", "b"]]]],
            ],
            "objectives": [["metric": "loss", "direction": "Minimize"]],
            "searchAlgorithm": algorithm,
            "trials": trials,
            "count": count,
        ]
    }

    private func trial(_ rate: String, state: String, loss: JSONValue?) -> JSONValue {
        [
            "name": .string("t\(rate)"),
            "parameters": [["name": "rate", "value": .string(rate)], ["name": "kind", "value": "a"]],
            "state": .string(state),
            "metrics": loss.map { [["name": "loss", "value": $0]] } ?? [],
        ]
    }

    private func answered(_ request: JSONValue) throws -> JSONValue {
        let answer = SuggestionService.answer(request.serialized())
        #expect(!answer.isError, "\(answer.text)")
        return try JSONValue(parsing: answer.text)
    }

    @Test("say how a value that is not finite is written")
    func notANumber() {
        let answer = SuggestionService.answer(Array(#"{"trials": [{"metrics": [{"value": NaN}]}]}"#.utf8))
        #expect(answer.isError && answer.text.contains("in quotes"), "\(answer.text)")
        #expect(!SuggestionService.answer(Array(#"{"trials": "#.utf8)).text.contains("in quotes"))
    }

    @Test("name every parameter, and repeat themselves", arguments: ["random", "sobol", "tpe", "cmaes", "gp", "auto"])
    func shape(algorithm: String) throws {
        let trials: JSONValue = [
            trial("0.1", state: "Succeeded", loss: 0.5), trial("0.01", state: "Succeeded", loss: "0.25"),
            trial("1", state: "Failed", loss: nil), trial("0.5", state: "Pruned", loss: "nan"),
            trial("0.05", state: "Running", loss: nil),
        ]
        let request = request([algorithm: ["seed": 3]] as JSONValue, trials: trials, count: 3)
        let response = try answered(request)
        let suggestions = try #require(response["suggestions"]?.arrayValue)
        #expect(suggestions.count == 3)
        for suggestion in suggestions {
            let parameters = try #require(suggestion["parameters"]?.arrayValue)
            #expect(parameters.compactMap { $0["name"]?.stringValue } == ["rate", "kind"])
            #expect(parameters.allSatisfy { $0["value"]?.stringValue?.isEmpty == false })
        }
        #expect(response["exhausted"] == false)
        #expect(try answered(request) == response)
    }

    @Test("tell when a finite space is used up")
    func exhausted() throws {
        let request: JSONValue = [
            "parameters": [["name": "x", "searchSpace": ["categorical": ["choices": ["p", "q"]]]]],
            "objectives": [["metric": "loss"]],
            "searchAlgorithm": ["grid": [:]],
            "count": 3,
        ]
        let response = try answered(request)
        #expect(response["suggestions"]?.arrayValue?.count == 2)
        #expect(response["exhausted"] == true)
    }

    @Test(
        "refuse what is wrong by its field",
        arguments: [
            ("count", 0, "count: "), ("count", "many", "count: "), ("trials", 3, "trials: "),
            ("trials", [["state": "Succeeded"]], "trials[0].parameters: "),
            ("trials", [["parameters": [], "state": "Done"]], "trials[0].state: "),
            ("trials", [["parameters": [], "state": "Failed"]], "trials[0].parameters: "),
            ("trials", [["parameters": [3], "state": "Failed"]], "trials[0].parameters[0]: "),
            (
                "trials",
                [
                    [
                        "state": "Succeeded",
                        "parameters": [["name": "rate", "value": "0.1"], ["name": "rate", "value": "0.2"]],
                    ]
                ], "trials[0].parameters[1].name: Duplicate value"
            ),
            (
                "trials",
                [
                    [
                        "state": "Succeeded", "metrics": [["name": "loss", "value": "low"]],
                        "parameters": [["name": "rate", "value": "0.1"], ["name": "kind", "value": "a"]],
                    ]
                ], "trials[0].metrics[0].value: Invalid value: \"low\""
            ),
            ("trials", listOfOne(metrics: [["name": "loss", "value": "0x10"]]), "trials[0].metrics[0].value: "),
            (
                "trials", listOfOne(metrics: [["name": "los", "value": 1]]),
                "trials[0].metrics: Required value: has no value of"
            ),
            ("trials", listOfOne(["metric": 1]), "trials[0].metric: Forbidden: unknown field"),
            (
                "trials", listOfOne(metrics: [["name": "loss", "value": 1, "x": 1]]),
                "trials[0].metrics[0].x: Forbidden"
            ),
            ("trials", listOfOne(rate: "500"), "trials[0].parameters[0].value: Invalid value: \"500\": is no value of"),
            ("trials", listOfOne(rate: "nan"), "trials[0].parameters[0].value: Invalid value: \"nan\""),
            (
                "trials", listOfOne(rate: "0x1p-3"),
                "trials[0].parameters[0].value: Invalid value: \"0x1p-3\": must match"
            ),
            ("trials", listOfOne(rate: "+0.5"), "trials[0].parameters[0].value: Invalid value: \"+0.5\": must match"),
            ("trials", listOfOne(rate: ""), "trials[0].parameters[0].value: Invalid value: \"\""),
            ("trials", listOfOne(kind: "c"), "trials[0].parameters[1].value: Invalid value: \"c\""),
            ("trials", listOfOne(extra: "z"), "trials[0].parameters[2].name: Invalid value: \"z\": is no parameter"),
            (
                "trials", .array((0..<2).flatMap { _ in listOfOne().arrayValue ?? [] }),
                "trials[1].name: Duplicate value"
            ),
            (
                "searchAlgorithm", ["tpe": ["sed": 1]],
                "searchAlgorithm.tpe.sed: Forbidden: unknown field, did you mean \"seed\"?"
            ),
            ("searchAlgorithm", ["tpe": ["candidates": 0]], "searchAlgorithm.tpe.candidates: "),
            ("objectives", [], "objectives: "), ("extra", 1, "extra: "),
            (
                "objectives", [["metric": 7]],
                "objectives[0].metric: Invalid value: \"integer\": objectives[0].metric in body must be of type string"
            ),
        ] as [(String, JSONValue, String)]
    )
    func refusals(field: String, value: JSONValue, start: String) throws {
        var object = try #require(request(["random": [:]]).objectValue)
        object[field] = value
        let answer = SuggestionService.answer(JSONValue.object(object).serialized())
        #expect(answer.isError)
        let message = try #require(try JSONValue(parsing: answer.text)["error"]?.stringValue)
        #expect(message.contains(start), "\(message)")
    }

    @Test(
        "refuse a field that is there twice, by its path",
        arguments: [
            (#"{"count": 1, "count": 2}"#, "count"),
            (
                #"{"trials": [{"a": [[], {}]}, {"b": [1, {"x": {}, "y": [0]}, {"name": 1, "name": 2}]}]}"#,
                "trials[1].b[2].name"
            ),
            (#"{"a": {"b": {"c": 1}, "d": [{"e": [{"c": 1, "f": [], "c": 2}]}]}}"#, "a.d[0].e[0].c"),
        ]
    )
    func twice(request: String, path: String) throws {
        let answer = SuggestionService.answer(Array(request.utf8))
        #expect(answer.isError)
        let message = try JSONValue(parsing: answer.text)["error"]?.stringValue
        #expect(message == "\(path): Duplicate value: the request has this field twice")
    }

    @Test("take the records of a job's status as they are")
    func records() throws {
        let record = TrialRecord(
            trainJobName: "a-trial-0",
            state: .succeeded,
            reason: "Done",
            parameters: [.init(name: "rate", value: "0.1"), .init(name: "kind", value: "a")],
            metrics: [.init(name: "loss", value: "1"), .init(name: "epoch", value: "3")],
            creationTime: Timestamp(secondsSinceEpoch: 0),
            completionTime: Timestamp(secondsSinceEpoch: 1)
        )
        _ = try answered(request(["tpe": [:]], trials: [record.json]))
        var named = record.json
        named["name"] = named["trainJobName"]
        _ = try answered(request(["tpe": [:]], trials: [named]))
    }

    @Test(
        "take every value that a record can have",
        arguments: [
            ("Succeeded", " 0.25 "), ("Failed", "low"), ("Failed", "0x10"), ("Running", "n/a"), ("EarlyStopped", "0,5"),
        ]
    )
    func texts(state: String, value: String) throws {
        _ = try answered(request(["tpe": [:]], trials: [trial("0.1", state: state, loss: .string(value))]))
    }

    @Test(
        "learn nothing from trials that ended for no fault of their parameters",
        arguments: [
            ("EarlyStopped", "OptimizationJobEnded"), ("EarlyStopped", "RunEnded"), ("Failed", "TrainJobDeleted"),
        ]
    )
    func untelling(state: String, reason: String) throws {
        func suggestion(_ change: (inout JSONValue) -> Void) throws -> JSONValue? {
            let losses: [(String, JSONValue)] = [("0.1", 1), ("0.2", 2), ("0.3", 3), ("0.4", 4)]
            var stopped = trial("0.01", state: state, loss: 5)
            change(&stopped)
            let trials = losses.map { trial($0, state: "Succeeded", loss: $1) } + [stopped]
            return try answered(request(["gp": ["seed": 1, "startupTrials": 2]], trials: .array(trials)))["suggestions"]
        }
        let untold = try suggestion {
            $0["state"] = "EarlyStopped"
            $0["metrics"] = []
        }
        #expect(try suggestion { $0["reason"] = .string(reason) } == untold)
        #expect(try suggestion { _ in } != untold)
    }

    @Test("see a point again however its whole number is written")
    func wholeNumbers() throws {
        let request: JSONValue = [
            "parameters": [["name": "x", "searchSpace": ["uniform": ["min": "1", "max": "4", "type": "Int"]]]],
            "objectives": [["metric": "loss"]],
            "searchAlgorithm": ["grid": [:]],
            "trials": .array(
                ["1.0", "2e0", "3"].map { value in
                    ["state": "Failed", "parameters": [["name": "x", "value": .string(value)]]]
                }
            ),
            "count": 2,
        ]
        let response = try answered(request)
        #expect(response["suggestions"] == [["parameters": [["name": "x", "value": "4"]]]])
        #expect(response["exhausted"] == true)
    }

    @Test("refuse what is no UTF-8 rather than repair it")
    func encoding() {
        let bytes = request(["random": [:]]).serialized()
        let end = bytes.firstIndex(of: UInt8(ascii: "k")) ?? 0
        let answer = SuggestionService.answer(bytes[..<end] + [0xFF] + bytes[end...])
        #expect(answer.isError)
    }

    @Test("refuse what is no JSON object", arguments: ["", "{", "[]", "3", "null"])
    func noObject(text: String) {
        #expect(SuggestionService.answer(Array(text.utf8)).isError)
    }

    private func plan(_ spec: JSONValue, count: Int) throws -> [String] {
        var object: JSONValue = [
            "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob", "metadata": ["name": "job"],
            "spec": [
                "objectives": [["metric": "loss"]], "parallelTrials": 2, "numTrials": 10,
                "parameters": [["name": "x", "searchSpace": ["uniform": ["min": "1", "max": "3", "type": "Int"]]]],
                "trainJobTemplate": ["spec": ["runtimeRef": ["name": "torch"]]],
            ],
        ]
        for member in spec.objectValue ?? [:] { object["spec"]?[member.key] = member.value }
        let job = try OptimizationJob(decoding: Defaulting.apply(to: object))
        return try Plan(job, count: count).text.split(separator: "\n").map(String.init)
    }

    @Test("show a plan that ends with the space")
    func planOfFiniteSpace() throws {
        let lines = try plan(["searchAlgorithm": ["grid": [:]]], count: 5)
        #expect(lines.contains("Trials     3 (numTrials says 10, but there are no more points)"))
        #expect(lines.contains("Rounds     2, with 2 trials at a time"))
        #expect(lines.suffix(4) == ["TRIAL  x", "0      1", "1      2", "2      3"])
        #expect(lines.first == "Algorithm  grid")
    }

    @Test("say in a plan how large a space is, however large, and whether a job draws the same")
    func planOfSpaces() throws {
        let wide: JSONValue = ["uniform": ["min": "0", "max": "999999999999", "type": "Int"]]
        let huge: JSONValue = [["name": "x", "searchSpace": wide], ["name": "y", "searchSpace": wide]]
        let lines = try plan(["parameters": huge], count: 1)
        #expect(lines.contains("Space      about 1e24 points of 2 parameters"))
        #expect(lines.contains("Algorithm  random, no seed set"))
        #expect(lines.contains("The first 1, if none had a result yet; as no seed is set, a job draws others:"))
        let real: JSONValue = [["name": "x", "searchSpace": ["uniform": ["min": "0", "max": "1"]]]]
        let seeded = try plan(["parameters": real, "searchAlgorithm": ["random": ["seed": 7]]], count: 1)
        #expect(seeded.contains("Space      infinitely many points of 1 parameter"))
        #expect(seeded.contains("Algorithm  random, seed 7"))
        #expect(seeded.contains("The first 1, if none had a result yet:"))
    }

    @Test(
        "show in a plan which trials are stopped early",
        arguments: [
            (["medianStop": [:]], "medianStop, once 5 trials have succeeded"),
            (
                ["medianStop": ["startupTrials": 3, "startupSteps": 2]],
                "medianStop, once 3 trials have succeeded, after step 2"
            ),
            (["asha": [:]], "asha, where 1 in 4 go on at each rung"),
            (
                ["hyperband": ["minProgress": 1, "maxProgress": 27]],
                "hyperband, where 1 in 3 go on at each rung from step 1 to step 27"
            ),
        ] as [(JSONValue, String)]
    )
    func planOfPruning(algorithm: JSONValue, words: String) throws {
        let space: JSONValue = [["name": "x", "searchSpace": ["uniform": ["min": "0", "max": "1"]]]]
        let lines = try plan(["pruneAlgorithm": algorithm, "parameters": space], count: 0)
        #expect(lines.contains("Pruning    \(words); the trials it stops count among the 10"))
    }
}

/// A list of one trial of the request's space that succeeded, with changes.
private func listOfOne(
    rate: String = "0.1",
    kind: String = "a",
    extra: String? = nil,
    metrics: JSONValue = [["name": "loss", "value": 1]],
    _ members: JSONObject = [:]
) -> JSONValue {
    var parameters: [JSONValue] = [
        ["name": "rate", "value": .string(rate)], ["name": "kind", "value": .string(kind)],
    ]
    if let extra { parameters.append(["name": .string(extra), "value": "1"]) }
    var trial: JSONObject = [
        "name": "t", "state": "Succeeded", "parameters": .array(parameters), "metrics": metrics,
    ]
    for (key, value) in members { trial[key] = value }
    return [.object(trial)]
}
