import Foundation
import JSON
import Testing

@testable import Manager

@Suite("docs/controller.md")
struct DocumentationTests {
    /// The flags of `controller`, as the parser describes them, with their defaults.
    private func flags() throws -> [String: String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["controller", "--experimental-dump-help"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let command = try JSONValue(parsing: Array(text))["command"]
        var flags: [String: String] = [:]
        for argument in command?["arguments"]?.arrayValue ?? [] where argument["kind"] == "option" {
            let names = argument["names"]?.arrayValue ?? []
            let name = try #require(names.first { $0["kind"] == "long" }?["name"]?.stringValue)
            // Where the parser cannot tell the default, the help does.
            let told = argument["abstract"]?.stringValue?.components(separatedBy: "(default: ").dropFirst().last
            let isOne = told.map { !$0.contains(" ") && !$0.hasPrefix("all)") } ?? false
            flags["--" + name] = argument["defaultValue"]?.stringValue ?? (isOne ? String((told ?? "").dropLast()) : "")
        }
        return flags
    }

    @Test("has every flag with its default, and no other")
    func flagsTable() throws {
        let rows = try Documentation.table(under: "Flags")
        let documented = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        #expect(try flags() == documented)
    }

    @Test("has every check of readiness, in order")
    func checksTable() throws {
        let rows = try Documentation.table(under: "Probes")
        #expect(rows.map { $0[0] } == ["certificate", "listener", "ca-bundle", "shutdown"])
    }
}

@Suite("docs/operations.md")
struct OperationsPageTests {
    private static let prefixes = [
        "controller_runtime_", "workqueue_", "rest_client_", "leader_election_", "process_", "optimizationjob_",
    ]

    @Test("alerts on metrics that there are")
    func metrics() throws {
        let known = Set(try Documentation.table(under: "Metrics").map { $0[0] })
        let words = try Documentation.page("operations.md").split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        let named = Set(words.map(String.init).filter { word in Self.prefixes.contains { word.hasPrefix($0) } })
        #expect(named.count > 10)
        #expect(named.map { $0.replacing("_seconds_bucket", with: "_seconds") }.filter { !known.contains($0) } == [])
    }
}
