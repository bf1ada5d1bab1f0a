import JSON
import Testing

@testable import OptimizationAPI

@Suite("The environment of a trial")
struct TrialEnvironmentTests {
    @Test(
        "names a variable after each parameter",
        arguments: [
            ("learning_rate", "KUBEFLOW_TRAINER_OPT_LEARNING_RATE"), ("lr", "KUBEFLOW_TRAINER_OPT_LR"),
            ("batch-size", "KUBEFLOW_TRAINER_OPT_BATCH_SIZE"), ("adam.beta1", "KUBEFLOW_TRAINER_OPT_ADAM_BETA1"),
            ("1a", "KUBEFLOW_TRAINER_OPT_1A"), ("_", "KUBEFLOW_TRAINER_OPT__"),
            ("", nil), ("a b", nil), ("a=b", nil), ("é", nil), ("\0x", nil), ("\n", nil), ("a/b", nil), ("🤖", nil),
        ] as [(String, String?)]
    )
    func names(parameter: String, variable: String?) {
        #expect(TrialEnvironment.variable(for: parameter) == variable)
    }

    private func names(_ parameter: String, in trainer: JSONValue) -> [String] {
        TrialEnvironment.entries(
            for: [ParameterAssignment(name: parameter, value: "1")],
            in: ["trainer": trainer]
        ).map(\.name)
    }

    @Test("adds the full name alone when no other spelling is used")
    func canonical() {
        #expect(names("lr", in: [:]) == ["KUBEFLOW_TRAINER_OPT_LR"])
        for name in ["lr", "LR"] {
            #expect(names(name, in: ["args": ["$(KUBEFLOW_TRAINER_OPT_LR)", "OPT_LR"]]) == ["KUBEFLOW_TRAINER_OPT_LR"])
        }
        #expect(TrialEnvironment.entries(for: [], in: nil) == [])
    }

    @Test(
        "adds other spellings where the template refers to them",
        arguments: [
            ("args", "--lr=$(OPT_LR)", ["OPT_LR"]),
            ("command", "$(KUBEFLOW_TRAINER_OPT_lr)", ["KUBEFLOW_TRAINER_OPT_lr"]),
            ("args", "$(OPT_lr)$(OPT_LR)$(OPT_LR)", ["OPT_lr", "OPT_LR"]),
            ("args", "$(OPT_Lr)$(KUBEFLOW_TRAINER_OPT_Lr)", []),
            ("args", "$$(OPT_LR)", []),
            ("args", "$$$(OPT_LR)", ["OPT_LR"]),
            ("args", "$(OPT_LR", []),
            ("args", "$ (OPT_LR)", []),
            ("args", "$x$(OPT_LR)", ["OPT_LR"]),
            ("args", "$", []),
            ("args", "$(", []),
            ("args", "$()", []),
            ("args", "$(OPT_MOMENTUM)", []),
        ]
    )
    func spellings(field: String, text: String, expected: [String]) {
        #expect(names("lr", in: [field: ["sh", .string(text)]]) == ["KUBEFLOW_TRAINER_OPT_LR"] + expected)
    }

    @Test("finds references in the values of the template's own variables, and leaves spellings it defines to it")
    func templateVariables() {
        let referring: JSONValue = ["env": [["name": "FLAGS", "value": "--lr=$(OPT_LR)"], ["name": "OTHER"]]]
        #expect(names("lr", in: referring) == ["KUBEFLOW_TRAINER_OPT_LR", "OPT_LR"])
        let defining: JSONValue = ["args": ["$(OPT_LR)"], "env": [["name": "OPT_LR", "value": "3"]]]
        #expect(names("lr", in: defining) == ["KUBEFLOW_TRAINER_OPT_LR"])
    }

    @Test("puts entries ahead of the template's, so that those can refer to them, and keeps the rest")
    func order() {
        let spec: JSONValue = [
            "runtimeRef": ["name": "r"],
            "trainer": ["image": "i", "env": [["name": "A", "value": "$(OPT_LR)"]]], "future": 1.50,
        ]
        let parameters = [
            ParameterAssignment(name: "lr", value: "0.1"), ParameterAssignment(name: "seed", value: "7"),
        ]
        let expected =
            #"{"runtimeRef":{"name":"r"},"trainer":{"image":"i","env":["#
            + #"{"name":"KUBEFLOW_TRAINER_OPT_LR","value":"0.1"},{"name":"KUBEFLOW_TRAINER_OPT_SEED","value":"7"},"#
            + #"{"name":"OPT_LR","value":"0.1"},{"name":"A","value":"$(OPT_LR)"}]},"future":1.5}"#
        #expect(TrialEnvironment.adding(parameters, to: spec) == (try? JSONValue(parsing: expected)))
    }

    @Test("makes room where the template has no trainer")
    func noTrainer() {
        let spec = TrialEnvironment.adding([ParameterAssignment(name: "lr", value: "1")], to: ["runtimeRef": [:]])
        #expect(spec["trainer"]?["env"]?[0]?["name"] == "KUBEFLOW_TRAINER_OPT_LR")
        #expect(TrialEnvironment.adding([], to: ["a": 1]) == ["a": 1])
    }

    @Test(
        "delivers a value exactly, though Kubernetes expands references in it",
        arguments: [("0.1", "0.1"), ("$(HOME)", "$$(HOME)"), ("a$b", "a$$b"), ("$$", "$$$$"), ("$", "$$"), ("", "")]
    )
    func escaping(value: String, written: String) {
        let entries = TrialEnvironment.entries(for: [ParameterAssignment(name: "x", value: value)], in: nil)
        #expect(entries.map(\.value) == [written])
    }

    @Test("finds references among half a million that never end, without a search to the end for each")
    func unendingReferences() {
        var names: [String] = []
        VariableReferences.forEach(in: "$(A)" + String(repeating: "$(", count: 1 << 19)) { names.append($0) }
        #expect(names == ["A"])
        names = []
        VariableReferences.forEach(in: String(repeating: "$x$$(", count: 1 << 18) + "$(B)") { names.append($0) }
        #expect(names == ["B"])
    }
}

@Suite("Labels of a trial")
struct LabelTests {
    @Test("carry a job's name, shortened when it is too long for a label")
    func names() {
        #expect(Labels.jobNameValue(for: "tune") == "tune")
        let longest = String(repeating: "a", count: 63)
        #expect(Labels.jobNameValue(for: longest) == longest)
        let first = Labels.jobNameValue(for: longest + "b")
        let second = Labels.jobNameValue(for: longest + "c")
        #expect(first != second)
        #expect(first.utf8.count <= 63 && first.hasPrefix("aaaa"))
        let dotted = Labels.jobNameValue(for: "a" + String(repeating: ".", count: 99) + "a")
        #expect(dotted.hasPrefix("a-") && dotted.utf8.count <= 63)
    }
}
