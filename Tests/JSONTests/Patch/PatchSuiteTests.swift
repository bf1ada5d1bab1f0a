import JSON
import Testing

/// The public JSON Patch test cases: `doc`, `patch`, and `expected` or `error`.
@Suite("The public JSON Patch test cases")
struct PatchSuiteTests {
    struct Case: CustomTestStringConvertible {
        var name: String
        var json: JSONValue
        var testDescription: String { name }
    }

    static let cases: [Case] = ["spec_tests.json", "tests.json"].flatMap { file -> [Case] in
        guard let bytes = try? Fixtures.bytes("patch/" + file), let cases = try? JSONValue(parsing: bytes).arrayValue
        else { return [] }
        return cases.enumerated().map { number, json in
            Case(name: "\(file)[\(number)] \(json["comment"]?.stringValue ?? "")", json: json)
        }
    }

    @Test("are all there")
    func complete() {
        #expect(Self.cases.count == 112)
        #expect(Self.cases.filter { $0.json["disabled"] != true }.count > 100)
    }

    @Test("end as they should", arguments: cases)
    func run(_ subject: Case) throws {
        guard subject.json["disabled"] != true, let patch = subject.json["patch"] else { return }
        let document = try #require(subject.json["doc"])
        if subject.json["error"] != nil {
            #expect(throws: JSONPatchError.self) { try JSONPatch(decoding: patch).applied(to: document) }
        } else {
            let result = try JSONPatch(decoding: patch).applied(to: document)
            #expect(result == subject.json["expected"] ?? document)
        }
    }

    @Test("survive being written and read again", arguments: cases)
    func roundTrip(_ subject: Case) throws {
        guard let json = subject.json["patch"], let patch = try? JSONPatch(decoding: json) else { return }
        #expect(try JSONPatch(decoding: patch.json) == patch)
    }
}
