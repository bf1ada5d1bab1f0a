import Foundation
import JSON
import Yams

/// Files the tests read.
enum Fixture {
    /// …/Tests/OptimizationAPITests/Support/Fixture.swift
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// The top of the checkout.
    static let checkout = tests.deletingLastPathComponent().deletingLastPathComponent()

    /// Where a file of the test target lies.
    static func path(_ name: String) -> String { tests.appending(path: name).path }

    /// A file in `Fixtures/`.
    static func json(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: Array(try Data(contentsOf: tests.appending(path: "Fixtures/\(name)"))))
    }

    /// A file in `Fixtures/`, of which every YAML scalar means what JSON can say.
    static func yaml(_ name: String) throws -> JSONValue {
        try yaml(at: tests.appending(path: "Fixtures/\(name)"))
    }

    /// The CustomResourceDefinition.
    static func crd() throws -> JSONValue {
        try yaml(at: checkout.appending(path: "manifests/crd/optimizationjobs.yaml"))
    }

    /// Members keep their order, as in `kubectl explain`.
    private static func yaml(at url: URL) throws -> JSONValue {
        guard let root = try Yams.compose(yaml: String(contentsOf: url, encoding: .utf8)) else { return .null }
        return value(root)
    }

    private static func value(_ node: Node) -> JSONValue {
        switch node {
        case .mapping(let mapping):
            .object(mapping.reduce(into: JSONObject()) { $0[$1.key.string ?? ""] = value($1.value) })
        case .sequence(let sequence):
            .array(sequence.map { value($0) })
        default:
            switch node.any {
            case let bool as Bool: .bool(bool)
            case let whole as Int: .number(JSONNumber(whole))
            case let real as Double: JSONNumber(text: "\(real)").map(JSONValue.number) ?? .null
            case let text as String: .string(text)
            default: .null
            }
        }
    }
}
