import JSON
import Testing

@testable import Kubernetes

@Suite("A field selector")
struct FieldSelectorTests {
    static let object: JSONValue = ["metadata": ["name": "a", "namespace": "ns"], "type": "Normal", "n": 3]

    @Test(
        "chooses by all of its terms",
        arguments: [
            ("", true), ("metadata.name=a", true), ("metadata.name==a", true), ("metadata.name=b", false),
            ("metadata.name!=b", true), ("metadata.name!=a", false), ("metadata.name=a,metadata.namespace=ns", true),
            ("metadata.name=a,metadata.namespace=other", false), ("metadata.name=", false), (",metadata.name=a,", true),
        ]
    )
    func matching(text: String, isMatch: Bool) throws {
        #expect(try FieldSelector(parsing: text).matches(Self.object) == isMatch)
    }

    @Test("chooses by any field that a kind supports")
    func supported() throws {
        let selector = try FieldSelector(parsing: "type=Normal,n=3,gone=", supported: ["type", "n", "gone"])
        #expect(selector.matches(Self.object))
        #expect(selector.requiredValue(of: "type") == "Normal")
        #expect(selector.requiredValue(of: "metadata.name") == nil)
        #expect(selector.description == "type=Normal,n=3,gone=")
    }

    @Test("complains about a field in a real server's words")
    func unsupported() throws {
        let status = try #require(HTTPFixture("list-400-field-selector").json.flatMap { Status(decoding: $0) })
        #expect(throws: SelectorError(status.message)) { try FieldSelector(parsing: "spec.numTrials=1") }
    }

    @Test(
        "complains about what it cannot understand",
        arguments: [
            ("metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
            ("metadata.name=a,b", "invalid selector: 'metadata.name=a,b'; can't understand 'b'"),
            ("metadata.name=a=b", "invalid selector: 'metadata.name=a=b'; can't understand 'metadata.name=a=b'"),
        ]
    )
    func malformed(text: String, complaint: String) {
        #expect(throws: SelectorError(complaint)) { try FieldSelector(parsing: text) }
    }
}
