import JSON
import Testing

@testable import LocalRun

@Suite("The check before a run")
struct PreflightTests {
    private func check(_ yaml: String) throws -> [String] {
        let manifest = try ManifestLoader.parse(Array(yaml.utf8), file: "job.yaml")
        return Preflight(manifest, for: .running).errors.map { $0.description(in: "job.yaml") }
    }

    static let valid = """
        apiVersion: trainer.kubeflow.org/v1alpha1
        kind: OptimizationJob
        metadata:
          name: example
        spec:
          objectives:
            - metric: loss
          parameters:
            - name: lr
              searchSpace:
                uniform:
                  min: "0.1"
                  max: "0.2"
          trainJobTemplate:
            spec:
              runtimeRef:
                name: torch-distributed
              trainer:
                command: ["python3", "train.py"]

        """

    @Test("finds nothing wrong with a good manifest")
    func good() throws {
        #expect(try check(Self.valid) == [])
    }

    @Test("finds nothing wrong with the quickstart")
    func quickstart() throws {
        let manifest = try ManifestLoader.load(Repository.path + "/examples/quickstart/optimizationjob.yaml")
        let preflight = Preflight(manifest, for: .running)
        #expect(preflight.errors == [])
        #expect(preflight.warnings == [])
    }

    @Test("names every mistake with its field and line, in the order of the file")
    func everyMistake() throws {
        let yaml =
            Self.valid
            .replacing("v1alpha1", with: "v1beta1")
            .replacing("  name: example", with: "  labels: {}")
            .replacing("min: \"0.1\"", with: "min: \"x\"")
            .replacing("        command: [\"python3\", \"train.py\"]", with: "        numNodes: 3")
        let problems = try check(yaml)
        let starts = [
            "job.yaml:1: apiVersion: Invalid value: \"trainer.kubeflow.org/v1beta1\"",
            "job.yaml:3: metadata.name: Required value",
            "job.yaml:12: spec.parameters[0].searchSpace.uniform.min: Invalid value: \"x\"",
            "job.yaml:18: spec.trainJobTemplate.spec.trainer.command: Required value",
            "job.yaml:19: spec.trainJobTemplate.spec.trainer.numNodes: Invalid value: 3",
        ]
        #expect(problems.count == starts.count, "\(problems)")
        for (problem, start) in zip(problems, starts) {
            #expect(problem.hasPrefix(start), "\(problem)")
        }
    }

    @Test("gives a missing field the line where it would have to be added")
    func missing() throws {
        let problems = try check(Self.valid.replacing("          max: \"0.2\"\n", with: ""))
        #expect(problems.count == 1)
        #expect(
            problems.first?.hasPrefix("job.yaml:11: spec.parameters[0].searchSpace.uniform.max: Required value") == true
        )
    }

    @Test("sees the type a YAML scalar got, as an API server would")
    func types() throws {
        let problems = try check(Self.valid.replacing("min: \"0.1\"", with: "min: 0.1"))
        #expect(
            problems.first?.hasPrefix("job.yaml:12: spec.parameters[0].searchSpace.uniform.min: Invalid value: ")
                == true
        )
    }

    @Test("tells to quote what YAML takes for a number or a boolean")
    func quoting() throws {
        let number = try check(Self.valid.replacing("min: \"0.1\"", with: "min: 0.1"))
        #expect(number.first?.hasSuffix("must be of type string: \"number\" (put quotes around it)") == true)
        let boolean = try check(Self.valid.replacing("name: lr", with: "name: n"))
        #expect(
            boolean.first?.hasSuffix("\"boolean\" (put quotes around it: without, YAML reads it as false)") == true,
            "\(boolean)"
        )
    }

    @Test("tells to take the quotes from a number that must be one")
    func needlessQuotes() throws {
        let valid = Self.valid
        let quoted = try check(valid.replacing("  objectives", with: "  numTrials: \"5\"\n  objectives"))
        #expect(quoted.first?.hasSuffix("type integer: \"string\" (take the quotes away)") == true, "\(quoted)")
        let word = try check(valid.replacing("  objectives", with: "  numTrials: many\n  objectives"))
        #expect(word.first?.hasSuffix("must be of type integer: \"string\"") == true, "\(word)")
    }

    @Test("names the line of a misspelt field, with the name that was probably meant")
    func misspelt() throws {
        let yaml = Self.valid.replacing("spec:\n  objectives", with: "sepc: 1\nspec:\n  numTrails: 3\n  objectives")
        let manifest = try ManifestLoader.parse(Array(yaml.utf8), file: "job.yaml")
        let ignored = "ignored here and dropped by a Kubernetes API server"
        #expect(
            Set(Preflight(manifest, for: .running).warnings.map { $0.description(in: "job.yaml") }) == [
                "job.yaml:5: unknown field \"sepc\": \(ignored)",
                "job.yaml:7: unknown field \"spec.numTrails\": \(ignored), did you mean \"numTrials\"?",
            ]
        )
    }

    @Test(
        "refuses what would wait for somebody who is not here, or cannot be started",
        arguments: [
            ("  objectives:", "  suspend: true\n  objectives:", "6: spec.suspend: Forbidden"),
            ("  objectives:", "  warmStartFrom: [a]\n  objectives:", "6: spec.warmStartFrom: Forbidden"),
            (
                "  objectives:", "  managedBy: kueue.x-k8s.io/multikueue\n  objectives:",
                "6: spec.managedBy: Invalid value: \"kueue.x-k8s.io/multikueue\": a local run has no such manager"
            ),
            (
                "      runtimeRef:", "      suspend: true\n      runtimeRef:",
                "16: spec.trainJobTemplate.spec.suspend: Forbidden: nobody resumes it"
            ),
            (
                "      runtimeRef:", "      managedBy: kueue.x-k8s.io/multikueue\n      runtimeRef:",
                "16: spec.trainJobTemplate.spec.managedBy: Invalid value"
            ),
            (
                "[\"python3\", \"train.py\"]", "[\"\"]",
                "19: spec.trainJobTemplate.spec.trainer.command[0]: Invalid value: \"\": must name a program"
            ),
            (
                "      trainer:\n",
                "      trainer:\n        env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n",
                "19: spec.trainJobTemplate.spec.trainer.env[0].valueFrom.secretKeyRef: Forbidden: a local run has no Secrets"
            ),
        ]
    )
    func elsewhere(_ text: String, _ replacement: String, _ start: String) throws {
        let yaml = Self.valid.replacing(text, with: replacement)
        #expect(yaml != Self.valid)
        let problems = try check(yaml)
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.hasPrefix("job.yaml:" + start) == true, "\(problems)")
        // A cluster can do all of it, so that whoever only reads it is warned.
        let manifest = try ManifestLoader.parse(Array(yaml.utf8), file: "job.yaml")
        let reading = Preflight(manifest, for: .reading)
        #expect(reading.errors.filter { $0.message.contains("command[0]") == false } == [])
        #expect(
            (reading.errors + reading.warnings).contains {
                $0.description(in: "job.yaml").hasPrefix("job.yaml:" + start)
            }
        )
    }

    @Test("takes whole numbers as kubectl sends them")
    func wholeNumbers() throws {
        let yaml = Self.valid.replacing(
            "  parameters:",
            with: "  numTrials: 1e1\n  parallelTrials: 2.0\n  maxFailedTrials: 2.5\n  parameters:"
        )
        let manifest = try ManifestLoader.parse(Array(yaml.utf8), file: "job.yaml")
        #expect(manifest.object["spec"]?["numTrials"] == 10)
        #expect(manifest.object["spec"]?["parallelTrials"] == 2)
        #expect(try check(yaml).map { $0.prefix(33) } == ["job.yaml:10: spec.maxFailedTrials"])
    }

    @Test("refuses what only a cluster can do")
    func clusterOnly() throws {
        let problems = try check(
            Self.valid.replacing(
                "      runtimeRef:",
                with: "      initializer:\n        dataset: {storageUri: \"hf://a/b\"}\n      runtimeRef:"
            )
        )
        #expect(
            problems == [
                "job.yaml:16: spec.trainJobTemplate.spec.initializer: Forbidden: a local run has no initializers; "
                    + "put the data beside the manifest"
            ]
        )
    }
}
