import Foundation
import FuzzTargets
import Testing

/// The examples the fuzzers begin with, and a short walk from each of them: `make fuzz` goes further.
@Suite("Arbitrary bytes")
struct CorpusTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../Fuzz/Corpus"
    )

    private static func examples(of target: FuzzTarget) throws -> [[UInt8]] {
        let folder = corpus.appending(path: target.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
    }

    @Test("break no promise: a target's examples, and what random changes make of them", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        let examples = try Self.examples(of: target)
        #expect(examples.count >= 3)
        // The same walk each time, so that what breaks here breaks again.
        var mutator = Mutator(seed: 2026, examples: examples)
        for example in examples {
            example.withUnsafeBytes { target.run($0) }
            for _ in 0..<40 { mutator.mutant(of: example).withUnsafeBytes { target.run($0) } }
        }
    }
}
