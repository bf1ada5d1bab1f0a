import JSON
import OptimizationAPI
import Testing

@testable import LocalCluster

@Suite("A trial's command")
struct TrialCommandTests {
    private func command(
        _ text: String,
        injected: [EnvironmentVariable] = [],
        inherited: [String: String] = [:]
    ) throws -> TrialCommand {
        try TrialCommand(spec: JSONValue(parsing: Array(text.utf8)), injected: injected, inherited: inherited)
    }

    @Test("is command and args, expanded with the variables of env")
    func arguments() throws {
        let subject = try command(
            """
            {"trainer": {"command": ["python3", "train.py"], "args": ["--lr=$(OPT_LR)", "$$(OPT_LR)", "$(HOME)"],
             "env": [{"name": "OPT_LR", "value": "0.1"}]}}
            """,
            inherited: ["HOME": "/home/u"]
        )
        // HOME is inherited, as from an image: there for the program, but no reference sees it.
        #expect(subject.arguments == ["python3", "train.py", "--lr=0.1", "$(OPT_LR)", "$(HOME)"])
        #expect(subject.environment == ["HOME=/home/u", "OPT_LR=0.1"])
    }

    @Test("has env entries that see those before them, and no others")
    func order() throws {
        let subject = try command(
            """
            {"trainer": {"command": ["x"], "env": [
              {"name": "EARLY", "value": "$(LATE)"}, {"name": "LATE", "value": "1"},
              {"name": "LAST", "value": "$(LATE)$(INJECTED)"}, {"name": "INJECTED", "value": "own"},
              {"name": "EMPTY", "value": ""}, {"name": "BARE"}]}}
            """,
            injected: [EnvironmentVariable(name: "INJECTED", value: "i")],
            inherited: ["LATE": "inherited"]
        )
        #expect(
            subject.environment == ["BARE=", "EARLY=$(LATE)", "EMPTY=", "INJECTED=own", "LAST=1i", "LATE=1"]
        )
    }

    @Test("skips an optional reference, which has nothing to refer to")
    func optionalReference() throws {
        let subject = try command(
            """
            {"trainer": {"command": ["x"], "env": [
              {"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k", "optional": true}}}]}}
            """
        )
        #expect(subject.environment == [])
    }

    static let refused: [(spec: String, says: String)] = [
        ("{}", "spec.trainer.command"),
        (#"{"trainer": {"image": "pytorch:2"}}"#, "pytorch:2 is not run"),
        (#"{"trainer": {"command": []}}"#, "spec.trainer.command"),
        (#"{"trainer": {"command": [""]}}"#, "spec.trainer.command[0]"),
        (#"{"trainer": {"command": "python3 train.py"}}"#, "must be a list of strings"),
        (#"{"trainer": {"command": ["x"], "args": [1]}}"#, "spec.trainer.args[0]: Invalid value: 1"),
        (#"{"trainer": {"command": ["x\u0000y"]}}"#, "NUL"),
        (#"{"trainer": {"command": ["x"], "numNodes": 2}}"#, "spec.trainer.numNodes: Invalid value: 2"),
        (#"{"trainer": {"command": ["x"], "numNodes": 0}}"#, "spec.trainer.numNodes: Invalid value: 0"),
        (#"{"trainer": {"command": ["x"], "numNodes": 1e0}}"#, "spec.trainer.numNodes"),
        (#"{"initializer": {"dataset": {}}, "trainer": {"command": ["x"]}}"#, "spec.initializer"),
        (#"{"trainer": {"command": ["x"], "env": {}}}"#, "spec.trainer.env: Invalid value"),
        (#"{"trainer": {"command": ["x"], "env": [7]}}"#, "spec.trainer.env[0].name"),
        (#"{"trainer": {"command": ["x"], "env": [{"name": "A=B", "value": "c"}]}}"#, "spec.trainer.env[0].name"),
        (#"{"trainer": {"command": ["x"], "env": [{"name": "A", "value": 1}]}}"#, "spec.trainer.env[0].value"),
        (#"{"trainer": {"command": ["x"], "env": [{"name": "A", "value": "\u0000"}]}}"#, "NUL"),
        (
            #"{"trainer": {"command": ["x"], "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]}}"#,
            "spec.trainer.env[0].valueFrom.secretKeyRef"
        ),
        (
            #"{"trainer": {"command": ["x"], "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "p"}}}]}}"#,
            "spec.trainer.env[0].valueFrom.fieldRef"
        ),
    ]

    @Test("is refused with the field to change, where a cluster would be needed", arguments: refused)
    func refusal(_ subject: (spec: String, says: String)) throws {
        let error = #expect(throws: FieldErrors.self) { try command(subject.spec) }
        let text = try #require(error).description
        #expect(text.contains(subject.says), "\(text)")
    }

    @Test("is refused where references come to more than a process takes, before they fill the memory")
    func amplification() throws {
        let names = (0..<100).map { "V\($0)" }
        let entries = zip(names, [""] + names).map { name, previous in
            let value = previous.isEmpty ? "text" : "$(\(previous))$(\(previous))"
            return ["name": .string(name), "value": .string(value)] as JSONValue
        }
        let spec: JSONValue = ["trainer": ["command": ["x", "$(V99)"], "env": .array(entries)]]
        let error = #expect(throws: FieldErrors.self) {
            try TrialCommand(spec: spec, injected: [], inherited: [:])
        }
        let path = FieldPath("spec", "trainer", "env").index(15).key("value")
        #expect(error?.errors.first?.path == path)
        #expect(error?.errors.first?.reason == .tooLong)
        let long = String(repeating: "a", count: VariableExpansion.limit)
        #expect(VariableExpansion.expand(long, with: [:]) == long)
        #expect(VariableExpansion.expand(long + "a", with: [:]) == nil)
    }

    @Test("accepts one node, said or not", arguments: ["1", "null"])
    func oneNode(_ nodes: String) throws {
        _ = try command("{\"trainer\": {\"command\": [\"x\"], \"numNodes\": \(nodes)}, \"initializer\": {}}")
    }

    @Test("inherits neither a cluster nor another trial")
    func inherited() {
        let kept = InheritedEnvironment.filtered([
            "KUBECONFIG": "c", "KUBEFLOW_TRAINER_SERVER_URL": "u", "KUBEFLOW_TRAINER_OPT_LR": "1", "PWD": "/",
            "OPTIMIZATIONJOB_TRIAL": "x", "KUBERNETES_SERVICE_HOST": "h", "HOME": "/home/u", "VIRTUAL_ENV": "/v",
        ])
        #expect(kept == ["HOME": "/home/u", "VIRTUAL_ENV": "/v", "PATH": ProgramSearch.standardPath])
    }
}
