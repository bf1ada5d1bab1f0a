import JSON
import Testing

@testable import LocalRun
@testable import YAML

@Suite("A manifest")
struct ManifestLoaderTests {
    private func load(_ text: String) throws(ManifestError) -> Manifest {
        try ManifestLoader.parse(Array(text.utf8), file: "job.yaml")
    }

    private func error(_ text: String) -> String? {
        do {
            _ = try load(text)
            return nil
        } catch {
            return error.description
        }
    }

    private static let job = "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: OptimizationJob\nmetadata: {name: a}\n"

    @Test("is found among empty documents and other kinds, which are mentioned")
    func others() throws {
        let manifest = try load("---\n---\nkind: Namespace\nmetadata: {name: team}\n---\n" + Self.job)
        #expect(manifest.object["metadata"]?["name"]?.stringValue == "a")
        #expect(manifest.source.line(of: ["metadata", "name"]) == 8)
        #expect(
            manifest.warnings == [ManifestProblem(line: 3, message: "Namespace \"team\" plays no part in a local run")]
        )
    }

    @Test(
        "is refused with a clear word when there is not exactly one job",
        arguments: [
            ("", "job.yaml: no OptimizationJob in this file: it is empty"),
            ("# nothing\n---\n", "job.yaml: no OptimizationJob in this file: it is empty"),
            ("a: 1", "job.yaml:1: kind: Required value: expected kind: OptimizationJob"),
            ("- a", "job.yaml:1: expected an OptimizationJob, found no mapping at all"),
            (
                "apiVersion: v1\nkind: Pod",
                "job.yaml:2: no OptimizationJob in this file; Pod plays no part in a local run"
            ),
            (
                "kind: List\nitems: []",
                "job.yaml:1: a List cannot be run: put one OptimizationJob into a file of its own"
            ),
            (
                job + "---\n" + job,
                "job.yaml:5: a second OptimizationJob (the first begins on line 1): put the one that is meant into a file of its own"
            ),
            (
                "kind: OptimizationJob\napiVersion: example.org/v1",
                "job.yaml:1: no OptimizationJob in this file; OptimizationJob of example.org/v1 plays no part in a local run"
            ),
            ("metadata: {}\nkind: 5", "job.yaml:2: kind: Required value: expected kind: OptimizationJob"),
        ]
    )
    func count(_ text: String, _ message: String) {
        #expect(error(text) == message)
    }

    @Test("may be JSON, with the lines of its fields and escaped surrogate pairs")
    func json() throws {
        let manifest = try load(
            "\n{\n  \"kind\": \"OptimizationJob\",\n  \"metadata\": {\"name\":\n \"\\ud83d\\ude00\"},\n  \"x\": [1.50,\n {\"y\": 2}]}\n"
        )
        #expect(manifest.object["metadata"]?["name"]?.stringValue == "😀")
        #expect(manifest.object["x"]?[0] == .number(try #require(JSONNumber(text: "1.50"))))
        #expect(manifest.source.line(of: []) == 2)
        #expect(manifest.source.line(of: ["metadata", "name"]) == 4)
        #expect(manifest.source.line(of: ["x", "1", "y"]) == 7)
    }

    @Test("in JSON that names a key twice is refused")
    func jsonDuplicate() {
        #expect(
            error("{\"kind\": \"OptimizationJob\",\n \"kind\": \"Pod\"}")
                == "job.yaml:2: duplicate key in the same mapping: \"kind\""
        )
    }

    @Test("in JSON may be as deep and as large as one in YAML, and no more")
    func jsonExtent() throws {
        func nested(_ depth: Int) -> String {
            "{\"kind\": \"OptimizationJob\", \"x\": \(String(repeating: "[", count: depth))\(String(repeating: "]", count: depth))}"
        }
        #expect(error(nested(YAMLDocuments.Limits.depth)) == nil)
        #expect(try #require(error(nested(YAMLDocuments.Limits.depth + 1))).hasPrefix("job.yaml:1: not valid JSON: "))
        func wide(_ count: Int) -> String {
            "{\"kind\": \"OptimizationJob\", \"x\": [\(Array(repeating: "1", count: count).joined(separator: ","))]}"
        }
        // The object, its two members, and the elements.
        #expect(error(wide(YAMLDocuments.Limits.values - 3)) == nil)
        #expect(error(wide(YAMLDocuments.Limits.values - 2)) == "job.yaml:1: \(YAMLDocuments.Limits.excess)")
    }

    @Test("may be YAML in braces")
    func flow() throws {
        #expect(
            try load("{kind: OptimizationJob, metadata: {name: b}}").object["metadata"]?["name"]?.stringValue == "b"
        )
    }

    @Test("of neither language is refused in the words of JSON when it begins like JSON")
    func neither() throws {
        let text = try #require(error("{\"kind\": \"OptimizationJob\",\n \"a\": ]}"))
        #expect(text.hasPrefix("job.yaml:2: not valid JSON: "))
    }

    @Test(
        "runs as many trials at once as there are processors, but no more than there are",
        arguments: [("numTrials: 3", 64, 3), ("numTrials: 9", 4, 4), ("parallelTrials: 1", 8, 1)]
    )
    func automaticParallelism(_ spec: String, _ processors: Int, _ expected: Int) throws {
        var manifest = try load(Self.job + "spec: {\(spec)}\n")
        #expect(manifest.setParallelism(.auto, processors: processors) == nil)
        #expect(manifest.object["spec"]?["parallelTrials"]?.int64Value == Int64(expected))
    }

    @Test("with fewer trials than the command line wants at once is refused in the option's name")
    func excessiveParallelism() throws {
        var manifest = try load(Self.job + "spec: {numTrials: 3, parallelTrials: 2}\n")
        #expect(
            manifest.setParallelism(.count(4))?.description(in: "job.yaml")
                == "job.yaml: --parallel-trials: 4 is more than spec.numTrials (3); lower it, or use auto"
        )
        #expect(manifest.setParallelism(.count(3)) == nil)
        #expect(manifest.object["spec"]?["parallelTrials"]?.int64Value == 3)
    }

    @Test("may begin with a byte order mark")
    func byteOrderMark() throws {
        #expect(try load("\u{FEFF}" + Self.job).object["kind"]?.stringValue == "OptimizationJob")
    }

    @Test("that is no UTF-8 is refused with the line")
    func notUTF8() {
        #expect(throws: ManifestError(file: "x", problems: [ManifestProblem(line: 2, message: "not UTF-8 text")])) {
            try ManifestLoader.parse(Array("a: 1\n".utf8) + [0x62, 0xFF, 0x0A], file: "x")
        }
    }

    @Test("that is too large is refused")
    func tooLarge() {
        #expect(error(String(repeating: "# padding\n", count: 400_000)) == "job.yaml: larger than 3 MiB")
    }

    @Test("that does not exist is refused with the system's word")
    func missing() {
        #expect(
            throws: ManifestError(
                file: "/no/such",
                problems: [ManifestProblem(line: nil, message: "cannot be read: No such file or directory")]
            )
        ) {
            try ManifestLoader.load("/no/such")
        }
    }

    @Test("cannot steer the terminal through a message")
    func escapes() throws {
        let message = try #require(error("kind: \"Pod\\e[2J\\n\""))
        #expect(message == "job.yaml:1: no OptimizationJob in this file; Pod\\u{1b}[2J\\n plays no part in a local run")
    }
}
