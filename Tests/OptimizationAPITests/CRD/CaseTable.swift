import JSON
@testable import OptimizationAPI
import Testing

/// A row of `Fixtures/cases.yaml`.
struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let object: JSONValue
    /// The object before, for an update.
    let old: JSONValue?
    /// The fields at fault, as the webhook names them.
    let errors: [String]
    /// How its warnings begin.
    let warnings: [String]
    /// Whether the CustomResourceDefinition alone lets it through.
    let isAcceptedByCRD: Bool

    static let all: [Case] = {
        guard let rows = try? Fixture.yaml("cases.yaml").arrayValue else { return [] }
        return rows.compactMap(Case.init)
    }()

    /// - Returns: `nil` for a row that has no name or a member nobody reads.
    private init?(_ row: JSONValue) {
        let known = ["case", "spec", "metadata", "old", "errors", "warnings", "crd"]
        guard let name = row["case"]?.stringValue, row.objectValue?.allSatisfy({ known.contains($0.0) }) == true else {
            return nil
        }
        testDescription = name
        object = Case.job(row["spec"], metadata: row["metadata"])
        old = row["old"].map { Case.job($0, metadata: row["metadata"]) }
        errors = Case.texts(row["errors"])
        warnings = Case.texts(row["warnings"])
        isAcceptedByCRD = row["crd"].map { $0 == "accepts" } ?? errors.isEmpty
    }

    private static func texts(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static func job(_ spec: JSONValue?, metadata: JSONValue?) -> JSONValue {
        var job = Samples.minimal
        for (part, changes) in [("spec", spec), ("metadata", metadata)] {
            for (key, value) in changes?.objectValue ?? [:] {
                job[part]?[key] = value.isNull ? nil : value
            }
        }
        return job
    }

    /// What the webhooks make of it.
    func judge() -> ValidationResult {
        let object = Defaulting.apply(to: object)
        guard let old else { return Validation.validateCreate(object) }
        return Validation.validateUpdate(old: Defaulting.apply(to: old), new: object)
    }
}

@Suite("The table of objects")
struct CaseTableTests {
    @Test("is read to its end, every row under a name of its own")
    func complete() throws {
        let rows = try Fixture.yaml("cases.yaml").arrayValue ?? []
        #expect(rows.count > 120)
        #expect(Case.all.count == rows.count)
        #expect(Set(Case.all.map(\.testDescription)).count == rows.count)
    }

    @Test("is judged by the webhook as it says", arguments: Case.all)
    func webhook(_ row: Case) {
        let result = row.judge()
        #expect(result.errors.map(\.path.description) == row.errors, "\(result.errors)")
        #expect(result.warnings.count == row.warnings.count, "\(result.warnings)")
        for (warning, beginning) in zip(result.warnings, row.warnings) {
            #expect(warning.hasPrefix(beginning))
        }
        #expect(result.warnings.allSatisfy { $0.count <= 120 })
    }

    @Test("holds jobs that can be read and written back", arguments: Case.all.filter { $0.errors.isEmpty })
    func decoding(_ row: Case) throws {
        let job = try OptimizationJob(decoding: row.object)
        #expect(try OptimizationJob(decoding: job.json).spec == job.spec)
    }
}
