import JSON
import OptimizationAPI
import Testing

@testable import LocalRun

@Suite("A command that runs a trial again")
struct ReproductionTests {
    private func reproduction(env: JSONValue, args: JSONValue) throws -> Reproduction {
        try #require(
            Reproduction(
                template: ["trainer": ["command": ["python3", "train.py"], "args": args, "env": env]],
                parameters: [ParameterAssignment(name: "key", value: "0.5")],
                directory: "/x"
            )
        )
    }

    @Test("takes what looks like a secret from the shell, wherever it is used, and shows all else")
    func secrets() throws {
        let again = try reproduction(
            env: [
                ["name": "HF_TOKEN", "value": "hf_abc"], ["name": "URL", "value": "https://me:$(HF_TOKEN)@host/a b"],
                ["name": "MAX_TOKENS", "value": "512"], ["name": "db.password", "value": "pw"],
                ["name": "API_KEY", "value": ""],
            ],
            args: ["--token=$(HF_TOKEN)", "--key=$(OPT_KEY)"]
        )
        #expect(again.secrets == ["HF_TOKEN", "db.password"])
        let words = [
            "cd /x && env API_KEY=''", #"HF_TOKEN="$HF_TOKEN""#, "KUBEFLOW_TRAINER_OPT_KEY=0.5", "MAX_TOKENS=512",
            "OPT_KEY=0.5", #"URL=https://me:"$HF_TOKEN"'@host/a b'"#, "db.password='<db.password>'",
            #"python3 train.py --token="$HF_TOKEN" --key=0.5"#,
        ]
        for word in words { #expect(again.command.contains(word), "\(again.command)") }
        #expect(!again.command.contains("hf_abc") && !again.command.contains("pw"))
    }

    @Test("names the secrets that have to be set")
    func report() throws {
        let again = try reproduction(env: [["name": "HF_TOKEN", "value": "hf_abc"]], args: [])
        let report = RunReport(
            ending: .complete,
            state: RenderingTests.state,
            message: "",
            reproduction: again,
            directory: "runs/a",
            logPath: { _ in nil }
        )
        #expect(report.lines().contains("Run it again by hand, with HF_TOKEN set in your shell:"))
    }
}
