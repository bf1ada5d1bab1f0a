import JSON
import OptimizationAPI
import Testing

@Suite("Validation of a new object")
struct ValidationTests {
    @Test(
        "accepts the least and the most a job can say, without a warning",
        arguments: [Samples.minimal, Samples.full]
    )
    func accepts(job: JSONValue) {
        #expect(Validation.validateCreate(job) == ValidationResult())
    }

    @Test("names all mistakes at once, each with its field")
    func allAtOnce() throws {
        let job = Samples.job([
            "objectives": [["metric": "", "direction": "Up"]],
            "parameters": [
                ["name": "lr", "searchSpace": ["uniform": ["min": "1", "max": "x"]]],
                ["name": "lr", "searchSpace": ["categorical": ["choices": ["a", "a"]]]],
                ["searchSpace": [:]],
            ],
            "numTrials": 0,
            "trainJobTemplate": ["spec": [:]],
        ])
        let errors = Validation.validateCreate(job).errors.map(\.description)
        #expect(
            errors == [
                #"spec.objectives[0].metric: Invalid value: "": spec.objectives[0].metric in body should be at least 1 chars long"#,
                #"spec.objectives[0].direction: Unsupported value: "Up": supported values: "Maximize", "Minimize""#,
                #"spec.parameters[0].searchSpace.uniform.max: Invalid value: "x": spec.parameters[0].searchSpace.uniform.max in body should match '^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$', a number such as 0.001, -3 or 1e-5, with no + and digits on both sides of the point"#,
                #"spec.parameters[1]: Duplicate value: {"name":"lr"}"#,
                #"spec.parameters[1].searchSpace.categorical.choices[1]: Duplicate value: "a""#,
                "spec.parameters[2].name: Required value",
                "spec.parameters[2].searchSpace: Invalid value: exactly one of the fields in [uniform logUniform categorical normal logNormal] must be set",
                "spec.numTrials: Invalid value: 0: spec.numTrials in body should be greater than or equal to 1",
                "spec.parallelTrials: Invalid value: 1: parallelTrials cannot exceed numTrials (0)",
                "spec.trainJobTemplate.spec.runtimeRef: Required value",
            ]
        )
    }

    @Test(
        "refuses what is no OptimizationJob",
        arguments: [
            (nil, #"Invalid value: "null": must be of type object: "null""#),
            ([], #"Invalid value: "array": must be of type object: "array""#),
            ([:], "apiVersion: Required value"),
            (["kind": "TrainJob"], #"kind: Invalid value: "TrainJob": must be OptimizationJob"#),
            (["apiVersion": "v1"], #"apiVersion: Invalid value: "v1": must be trainer.kubeflow.org/v1alpha1"#),
            (["metadata": [:]], "metadata.name: Required value: name or generateName is required"),
            (
                ["metadata": ["name": 5]],
                #"metadata.name: Invalid value: "integer": metadata.name in body must be of type string: "integer""#
            ),
            (["spec": nil], "spec: Required value"),
            (
                ["metadata": ["name": "a", "ownerReferences": [["name": "b", "uid": ""]]]],
                "metadata.ownerReferences[0].kind: Required value"
            ),
            (
                ["metadata": ["name": "a", "ownerReferences": [["name": "b", "uid": ""]]]],
                #"metadata.ownerReferences[0].uid: Invalid value: "": must not be empty"#
            ),
            (
                ["metadata": ["name": "a", "ownerReferences": 1]],
                #"metadata.ownerReferences: Invalid value: "integer": metadata.ownerReferences in body must be of type "#
                    + #"array: "integer""#
            ),
        ] as [(JSONValue, String)]
    )
    func notAJob(object: JSONValue, error: String) {
        #expect(Validation.validateCreate(object).errors.map(\.description).contains(error))
    }

    @Test(
        "takes the beginning of a name that one can begin with",
        arguments: [("run-", true), ("run.", false), ("a", true), ("-", false), ("Run-", false), ("run_", false)]
    )
    func generateName(_ text: String, _ isFine: Bool) {
        let errors = Validation.validateCreate(["metadata": ["generateName": .string(text)]]).errors
        #expect(errors.contains { $0.path == FieldPath("metadata", "generateName") } == !isFine)
    }

    @Test(
        "refuses numbers their type cannot hold",
        arguments: [
            (
                "Float", "1", "1e400", "max",
                #"Invalid value: "1e400": must fit a 64-bit floating-point number (up to about 1.8e308)"#
            ),
            (
                "Float", "-1e400", "1", "min",
                #"Invalid value: "-1e400": must fit a 64-bit floating-point number (up to about 1.8e308)"#
            ),
            (
                "Float", "1", "1.00000000000000000001", "min",
                #"Invalid value: "1": min must be strictly less than max (1.00000000000000000001)"#
            ),
            ("Int", "0.5", "8", "min", #"Invalid value: "0.5": must be a whole number, because type is Int"#),
            ("Int", "0.2", "0.8", "max", #"Invalid value: "0.8": must be a whole number, because type is Int"#),
            (
                "Int", "1", "9223372036854775808", "max",
                #"Invalid value: "9223372036854775808": must fit a signed 64-bit integer, because type is Int"#
            ),
            (
                "Int", "-1e1000000000000", "1", "min",
                #"Invalid value: "-1e1000000000000": must fit a signed 64-bit integer, because type is Int"#
            ),
            ("Int", "5", "5", "min", #"Invalid value: "5": min must be strictly less than max (5)"#),
            (
                "Int", "9007199254740992", "9007199254740993", "min",
                #"Invalid value: "9007199254740992": min must be strictly less than max (9007199254740993) "#
                    + "by more than a 64-bit floating-point number tells apart: the two are compared as such"
            ),
            (
                "Int", "-1", "9223372036854775807", "max",
                #"Invalid value: "9223372036854775807": max - min must fit a signed 64-bit integer"#
            ),
            (
                "Float", "-1e308", "1e308", "max",
                #"Invalid value: "1e308": max - min must fit a 64-bit floating-point number"#
            ),
        ]
    )
    func numbers(type: String, min: String, max: String, field: String, error: String) {
        let range: JSONValue = ["min": .string(min), "max": .string(max), "type": .string(type)]
        for distribution in ["uniform", "logUniform"] where distribution == "uniform" || !min.hasPrefix("-") {
            let errors = Validation.validateCreate(Samples.job(searchSpace: [distribution: range])).errors
            #expect(
                errors.map(\.description).contains("spec.parameters[0].searchSpace.\(distribution).\(field): \(error)"),
                "\(errors)"
            )
        }
    }

    @Test(
        "accepts numbers their type just holds",
        arguments: [
            ("Int", "-9223372036854775808", "-1"), ("Int", "9007199254740992", "9007199254740994"),
            ("Int", "1e2", "1.5e3"), ("Int", "-0", "1.0"),
            ("Float", "-8.9e307", "8.9e307"), ("Float", "0", "1.7976931348623157e308"),
            ("Float", "1e-400", "1"),
        ]
    )
    func extremes(type: String, min: String, max: String) throws {
        let job = Samples.job(
            searchSpace: ["uniform": ["min": .string(min), "max": .string(max), "type": .string(type)]]
        )
        #expect(Validation.validateCreate(job).isValid)
        _ = try OptimizationJob(decoding: job).spec.searchSpace
    }

    @Test("refuses a logarithmic range that touches zero", arguments: ["0", "-1", "-0.0"])
    func logarithmOfZero(min: String) {
        let job = Samples.job(searchSpace: ["logUniform": ["min": .string(min), "max": "1"]])
        #expect(Validation.validateCreate(job).errors.map(\.detail) == ["min must be strictly greater than 0"])
    }

    @Test(
        "says of a number that breaks a rule because it rounds to 0 that it does",
        arguments: [
            (["logUniform": ["min": "1e-400", "max": "1"]], "min must be strictly greater than 0"),
            (["uniform": ["min": "0", "max": "1e-400"]], "min must be strictly less than max (1e-400)"),
            (["uniform": ["min": "0", "max": "1", "step": "1e-400"]], "step must be strictly greater than 0"),
            (["normal": ["mean": "0", "stdDev": "1e-400"]], "stdDev must be strictly greater than 0"),
        ] as [(JSONValue, String)]
    )
    func underflow(searchSpace: JSONValue, rule: String) {
        let errors = Validation.validateCreate(Samples.job(searchSpace: searchSpace)).errors
        let note = "; 1e-400 is too small for a 64-bit floating-point number and counts as 0"
        #expect(errors.map(\.detail) == [rule + note])
    }

    @Test(
        "warns of a normal law that has hardly more than one value",
        arguments: [
            (["normal": ["mean": "7", "stdDev": "1", "step": "100"]], "0.0"),
            (["normal": ["mean": "7.1", "stdDev": "0.1", "type": "Int"]], "7"),
            (["logNormal": ["mean": "0", "stdDev": "0.1", "type": "Int"]], "1"),
            (["normal": ["mean": "7", "stdDev": "1", "type": "Int", "step": "2"]], nil),
            (["normal": ["mean": "7.5", "stdDev": "0.1", "type": "Int"]], nil),
            (["normal": ["mean": "0", "stdDev": "1e-9"]], nil),
        ] as [(JSONValue, String?)]
    )
    func narrowLaw(searchSpace: JSONValue, value: String?) {
        let result = Validation.validateCreate(Samples.job(searchSpace: searchSpace))
        let law = searchSpace.objectValue?.first?.key ?? ""
        let expected = value.map {
            "spec.parameters[0].searchSpace.\(law): nearly every value is \($0), so there is hardly anything to search"
        }
        #expect(result.isValid)
        #expect(result.warnings == [expected].compactMap(\.self))
    }

    @Test("refuses grid search over real numbers, naming them, and allows it over whole ones and choices")
    func grid() {
        let range = { (type: String) -> JSONValue in ["uniform": ["min": "1", "max": "9", "type": .string(type)]] }
        let parameters: JSONValue = [
            ["name": "a", "searchSpace": range("Int")], ["name": "b", "searchSpace": range("Float")],
            ["name": "c", "searchSpace": ["categorical": ["choices": ["x"]]]],
            ["name": "d", "searchSpace": ["logUniform": ["min": "1", "max": "2"]]],
        ]
        let errors = Validation.validateCreate(
            Samples.job(["searchAlgorithm": ["grid": [:]], "parameters": parameters])
        ).errors
        #expect(
            errors.map(\.path.description) == [
                "spec.parameters[1].searchSpace.uniform", "spec.parameters[3].searchSpace.logUniform",
            ]
        )
        let whole = Samples.job([
            "searchAlgorithm": ["grid": [:]], "parameters": [["name": "a", "searchSpace": range("Int")]],
            "numTrials": 9,
        ])
        #expect(Validation.validateCreate(whole) == ValidationResult())
    }

    @Test("warns of a grid smaller than the number of trials")
    func smallGrid() {
        let job = Samples.job([
            "searchAlgorithm": ["grid": [:]], "numTrials": 5,
            "parameters": [["name": "a", "searchSpace": ["categorical": ["choices": ["x", "y"]]]]],
        ])
        let result = Validation.validateCreate(job)
        #expect(result.isValid)
        #expect(result.warnings == ["the grid has 2 points, so only 2 of the 5 trials of spec.numTrials will run"])
    }

    @Test(
        "warns of a pruner that needs more trials than there are",
        arguments: [
            (["medianStop": ["startupTrials": 5]], 6), (["asha": ["reductionFactor": 20]], 20),
            (["hyperband": ["reductionFactor": 6]], 6), (["medianStop": ["startupTrials": 4]], nil),
            (["asha": ["reductionFactor": 5]], nil), (["hyperband": ["reductionFactor": 3]], nil),
        ] as [(JSONValue, Int?)]
    )
    func idlePruner(algorithm: JSONValue, needed: Int?) {
        let result = Validation.validateCreate(Samples.job(["pruneAlgorithm": algorithm, "numTrials": 5]))
        let expected = needed.map {
            "spec.pruneAlgorithm: it stops no trial before there are \($0), and spec.numTrials says 5"
        }
        #expect(result.isValid)
        #expect(result.warnings == [expected].compactMap(\.self))
    }

    @Test(
        "warns of unknown fields and guesses what was meant",
        arguments: [
            (
                "numTrails",
                #"unknown field "spec.numTrails": ignored here and dropped by a Kubernetes API server, did you mean "numTrials"?"#
            ),
            ("colour", #"unknown field "spec.colour": ignored here and dropped by a Kubernetes API server"#),
        ]
    )
    func unknown(field: String, warning: String) {
        var job = Samples.minimal
        job["spec"]?[field] = 3
        let result = Validation.validateCreate(job)
        #expect(result.isValid)
        #expect(result.warnings == [warning])
    }

    @Test("keeps every warning on one line of at most 120 characters")
    func warningLength() {
        var job = Samples.minimal
        job["spec"]?["a\n\(String(repeating: "b", count: 500))"] = 1
        let warnings = Validation.validateCreate(job).warnings
        #expect(warnings.count == 1)
        #expect(warnings.allSatisfy { $0.count <= 120 && !$0.contains { $0.isNewline } })
    }

    @Test("warns of templates that hold trials back or refer to no parameter")
    func templateWarnings() {
        let job = Samples.job(trainJob: [
            "suspend": true, "trainer": ["args": ["$(OPT_LR)", "$(OPT_TYPO)", "$$(OPT_ESCAPED)", "$(HOME)"]],
        ])
        let result = Validation.validateCreate(job)
        #expect(result.isValid)
        #expect(
            result.warnings == [
                "spec.trainJobTemplate.spec.suspend: every trial starts suspended and waits for someone to resume it",
                "spec.trainJobTemplate.spec.trainer: $(OPT_TYPO) refers to no parameter of this job",
                "spec.trainJobTemplate.spec.trainer: nothing here defines $(HOME); it stays as it is unless the runtime does",
            ]
        )
    }

    @Test(
        "warns of members of the template that are misspelt, and of no others",
        arguments: [
            (["comand": ["x"]], nil, #"trainer.comand: not a field of TrainJob, did you mean "command"?"#),
            (
                ["env": [["name": "A", "valu": "1"]]], nil,
                #"trainer.env[0].valu: not a field of TrainJob, did you mean "value"?"#
            ),
            (
                ["resourcesPerNode": ["limit": ["cpu": 1]]], nil,
                #"trainer.resourcesPerNode.limit: not a field of TrainJob, did you mean "limits"?"#
            ),
            ([:], ["trainers": [:]], #"trainers: not a field of TrainJob, did you mean "trainer"?"#),
            (
                [:], ["runtimeRef": ["name": "a", "knd": "b"]],
                #"runtimeRef.knd: not a field of TrainJob, did you mean "kind"?"#
            ),
            (
                [:], ["initializer": ["models": [:]]],
                #"initializer.models: not a field of TrainJob, did you mean "model"?"#
            ),
            (["profiler": "on"], ["podTemplateOverrides": [], "trainers": nil], nil),
        ] as [(JSONValue, JSONValue?, String?)]
    )
    func misspelt(trainer: JSONValue, others: JSONValue?, warning: String?) {
        var template: JSONValue = ["trainer": trainer]
        for (key, value) in others?.objectValue ?? [:] { template[key] = value }
        let result = Validation.validateCreate(Samples.job(trainJob: template))
        #expect(result.isValid)
        #expect(result.warnings == (warning.map { ["spec.trainJobTemplate.spec.\($0)"] } ?? []))
    }

    @Test("looks for what was meant by so many unknown members only, whatever a template is full of")
    func manyUnknown() {
        func warnings(after count: Int) -> [String] {
            var trainer = JSONObject()
            for number in 0..<count { trainer["x\(number)"] = 1 }
            trainer["comand"] = ["x"]
            return Validation.validateCreate(Samples.job(trainJob: ["trainer": .object(trainer)])).warnings
        }
        #expect(warnings(after: 99).count == 1)
        #expect(warnings(after: 100) == [])
    }

    @Test("warns of patches that Trainer refuses trial by trial")
    func patches() {
        func patch(_ manager: String, _ containers: JSONValue) -> JSONValue {
            let pod: JSONValue = ["template": ["spec": ["template": ["spec": ["containers": containers]]]]]
            return [
                "manager": .string(manager),
                "trainingRuntimeSpec": ["template": ["spec": ["replicatedJobs": [pod]]]],
            ]
        }
        let variable: JSONValue = [["name": "A", "value": "1"]]
        let result = Validation.validateCreate(
            Samples.job(trainJob: [
                "runtimePatches": [
                    patch("example.com/a", [["name": "sidecar", "env": variable], ["name": "node", "env": []]]),
                    patch("example.com/b", [["name": "node", "env": variable]]),
                    patch("example.com/c", "odd"),
                ]
            ])
        )
        #expect(result.isValid)
        #expect(
            result.warnings == [
                "spec.trainJobTemplate.spec.runtimePatches[1]: Trainer refuses env of container node; set trainer.env instead"
            ]
        )
    }

    @Test("warns of variables without which no pod can be made")
    func impossibleVariables() {
        let result = Validation.validateCreate(
            Samples.job(trainJob: [
                "runtimeRef": ["name": "r", "kind": ""],
                "trainer": [
                    "env": [["name": ""], ["name": "a=b"], ["name": "ok", "value": "1", "valueFrom": ["x": 1]]]
                ],
            ])
        )
        #expect(result.isValid)
        let template = "spec.trainJobTemplate.spec"
        #expect(
            result.warnings == [
                "\(template).runtimeRef.kind: Trainer knows ClusterTrainingRuntime and TrainingRuntime alone",
                "\(template).trainer.env[0].name: no variable can have this name, so no pod can be made",
                "\(template).trainer.env[1].name: no variable can have this name, so no pod can be made",
                "\(template).trainer.env[2]: both value and valueFrom are set, so no pod can be made",
            ]
        )
    }

    @Test("refuses what only a trial would fail at: choices with NUL, annotations beyond 256 KiB")
    func tooLate() {
        var job = Samples.job(searchSpace: ["categorical": ["choices": ["a", "b\0"]]])
        job["spec"]?["trainJobTemplate"]?["metadata"] = [
            "annotations": ["note": .string(String(repeating: "x", count: 262_141))]
        ]
        #expect(
            Validation.validateCreate(job).errors.map(\.path.description) == [
                "spec.parameters[0].searchSpace.categorical.choices[1]", "spec.trainJobTemplate.metadata.annotations",
            ]
        )
    }

    @Test(
        "takes a step as long as its range, whatever Doubles make of it",
        arguments: [("0.1", "0.3", "0.2"), ("1.1", "3.3", "2.2")]
    )
    func longStep(bounds: (min: String, max: String, step: String)) {
        let range: JSONValue = ["min": .string(bounds.min), "max": .string(bounds.max), "step": .string(bounds.step)]
        let result = Validation.validateCreate(Samples.job(searchSpace: ["uniform": range]))
        #expect(result.errors.isEmpty)
    }

    @Test("judges thousands of variables and references without looking each up among all")
    func manyReferences() {
        let entries = (0..<20_000).map { ["name": .string("e\($0)")] as JSONValue }
        let references = (0..<20_000).map { "$(a\($0))" }.joined()
        let job = Samples.job(trainJob: ["trainer": ["env": .array(entries), "args": [.string(references)]]])
        #expect(Validation.validateCreate(job).errors.map(\.reason) == [.tooMany])
    }

    @Test(
        "refuses environment variables that collide",
        arguments: [("lr", "LR"), ("lr-max", "lr_max"), ("a.b", "a-b")]
    )
    func collidingNames(first: String, second: String) {
        let space: JSONValue = ["categorical": ["choices": ["a"]]]
        let job = Samples.job([
            "parameters": [
                ["name": .string(first), "searchSpace": space], ["name": .string(second), "searchSpace": space],
            ]
        ])
        let errors = Validation.validateCreate(job).errors
        #expect(errors.map(\.path.description) == ["spec.parameters[1].name"])
    }

    @Test("refuses a template that sets a parameter's variable itself, but lets it define a short form for itself")
    func templateEnvironment() {
        let colliding = Samples.job(trainJob: [
            "trainer": ["env": [["name": "OK"], ["name": "KUBEFLOW_TRAINER_OPT_LR", "value": "1"]]]
        ])
        #expect(
            Validation.validateCreate(colliding).errors.map(\.description) == [
                "spec.trainJobTemplate.spec.trainer.env[1].name: Invalid value: \"KUBEFLOW_TRAINER_OPT_LR\": "
                    + "every trial gets this variable for parameter \"lr\"; remove it here"
            ]
        )
        let own = Samples.job(trainJob: [
            "trainer": ["args": ["$(OPT_LR)"], "env": [["name": "OPT_LR", "value": "1"]]]
        ])
        #expect(Validation.validateCreate(own) == ValidationResult())
    }

    @Test("refuses a template whose variables leave no room for the parameters'")
    func fullEnvironment() {
        let entries = (0..<128).map { ["name": .string("V\($0)")] as JSONValue }
        let full = Samples.job(trainJob: ["trainer": ["env": .array(entries)]])
        #expect(
            Validation.validateCreate(full).errors.map(\.description) == [
                "spec.trainJobTemplate.spec.trainer.env: Too many: 129: must have at most 128 items, "
                    + "of which 1 are needed for parameters"
            ]
        )
        let room = Samples.job(trainJob: ["trainer": ["env": .array(Array(entries.dropLast()))]])
        #expect(Validation.validateCreate(room).isValid)
    }

    @Test("reports no more mistakes than anyone reads")
    func manyMistakes() {
        let parameters = (0..<100).map { _ in ["name": "", "searchSpace": ["uniform": [:]]] as JSONValue }
        #expect(Validation.validateCreate(Samples.job(["parameters": .array(parameters)])).errors.count == 100)
    }
}
