import JSON
import OptimizationAPI
import Subprocess
import SystemPackage
import Testing

/// Judges objects as an API server does that knows only the CustomResourceDefinition: `judge.py`, which needs Python
/// with the package `cel-python`.
enum CRDJudge {
    struct Verdict {
        let errors: [String]
        let spec: JSONValue
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let script = Fixture.path("CRD/judge.py")

    /// Whether a Python is there that has what the script needs.
    static func isAvailable() async -> Bool {
        let check = try? await Subprocess.run(
            .name("python3"),
            arguments: [script, "--check"],
            output: .discarded,
            error: .discarded
        )
        return check?.terminationStatus.isSuccess ?? false
    }

    /// The verdicts on objects, each with what it was before if it is an update.
    static func verdicts(on cases: [(object: JSONValue, old: JSONValue?)]) async throws -> [Verdict] {
        let request: JSONValue = [
            "crd": try Fixture.crd(),
            "cases": .array(
                cases.map { row in
                    var entry: JSONObject = ["object": row.object]
                    if let old = row.old { entry["old"] = old }
                    return .object(entry)
                }
            ),
        ]
        let result = try await Subprocess.run(
            .name("python3"),
            arguments: [script],
            input: .string(String(decoding: request.serialized(), as: UTF8.self)),
            output: .string(limit: 64 << 20),
            error: .string(limit: 1 << 20)
        )
        guard result.terminationStatus.isSuccess else { throw Failure(description: result.standardError) }
        let answers = try JSONValue(parsing: Array(result.standardOutput.utf8)).arrayValue ?? []
        return answers.map { answer in
            Verdict(
                errors: (answer["errors"]?.arrayValue ?? []).compactMap(\.stringValue),
                spec: answer["spec"] ?? .null
            )
        }
    }
}

@Suite("The CustomResourceDefinition alone", .serialized)
struct CRDJudgeTests {
    private static let needsPython: Comment = "needs python3 with the package cel-python"

    /// What a schema that keeps any field of a TrainJob cannot see, or what is not the schema's to say.
    private static let leftToOthers: Set<String> = [
        "managedBy odd", "env twice", "limits garbage", "limits float", "numNodes -1", "numProcPerNode 0",
        "numProcPerNode auto", "image 501", "activeDeadlineSeconds 0", "storageUri plain",
        "metadata.name aaaaaa (254)", "metadata.name A (1)", "metadata.name a_b (3)", "metadata.name -a (2)",
    ]

    @Test("agrees with the webhook on every row of the table", .enabled(needsPython) { await CRDJudge.isAvailable() })
    func table() async throws {
        let verdicts = try await CRDJudge.verdicts(on: Case.all.map { ($0.object, $0.old) })
        #expect(verdicts.count == Case.all.count)
        for (row, verdict) in zip(Case.all, verdicts) {
            #expect(verdict.errors.isEmpty == row.isAcceptedByCRD, "\(row.testDescription): \(verdict.errors)")
        }
    }

    @Test("fills in the defaults that the webhook does", .enabled(needsPython) { await CRDJudge.isAvailable() })
    func defaults() async throws {
        // An API server drops unknown fields and nulls, which the webhook leaves to it.
        let rows = Case.all.filter { row in
            row.errors.isEmpty && row.isAcceptedByCRD && !row.warnings.contains { $0.hasPrefix("unknown field") }
                && !row.object.description.contains("null")
        }
        let verdicts = try await CRDJudge.verdicts(on: rows.map { ($0.object, $0.old) })
        for (row, verdict) in zip(rows, verdicts) {
            #expect(verdict.spec == Defaulting.apply(to: row.object)["spec"], "\(row.testDescription)")
            #expect(Defaulting.patch(for: ["spec": verdict.spec]).operations.isEmpty, "\(row.testDescription)")
        }
    }

    /// The judge is judged as well: a real API server decided these, with upstream's CustomResourceDefinition.
    @Test(
        "decides what upstream's did as a real API server did with that",
        .enabled(needsPython) { await CRDJudge.isAvailable() }
    )
    func upstream() async throws {
        let verdicts = try await CRDJudge.verdicts(on: CRDCase.all.map { ($0.object, nil) })
        for (row, verdict) in zip(CRDCase.all, verdicts) {
            let label = row.testDescription
            if CRDCase.acceptedOnPurpose[label] != nil || CRDJudgeTests.leftToOthers.contains(label) {
                #expect(!row.isAccepted && verdict.errors.isEmpty, "\(label): \(verdict.errors)")
            } else {
                #expect(verdict.errors.isEmpty == row.isAccepted, "\(label): \(verdict.errors)")
            }
        }
    }
}
