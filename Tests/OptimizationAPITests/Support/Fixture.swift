import Foundation
import JSON
import YAML

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

    /// A file in `Fixtures/`, read as `kubectl` reads it.
    static func yaml(_ name: String) throws -> JSONValue {
        try yaml(at: tests.appending(path: "Fixtures/\(name)"))
    }

    /// The CustomResourceDefinition.
    static func crd() throws -> JSONValue {
        try yaml(at: checkout.appending(path: "manifests/crd/optimizationjobs.yaml"))
    }

    /// Members keep their order, as in `kubectl explain`.
    private static func yaml(at url: URL) throws -> JSONValue {
        try YAMLDocuments.read(String(contentsOf: url, encoding: .utf8)).first?.value ?? .null
    }
}
