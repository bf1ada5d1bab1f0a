import Foundation
import JSON

// Parses and writes one OptimizationJob of about 100 KB, beside Foundation's parser in the same run, and prints the
// median throughput of several runs. `swift run -c release --static-swift-stdlib JSONBenchmark [runs]`: the runtime
// built in, as in the program.

let runs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 21
let document = SampleDocument.make()
let data = Data(document)

let value: JSONValue
let object: Any
do {
    value = try JSONValue(parsing: document)
    object = try JSONSerialization.jsonObject(with: data)
} catch {
    FileHandle.standardError.write(Data("the sample document is not JSON: \(error)\n".utf8))
    exit(1)
}

print("\(document.count) bytes, median of \(runs) runs\n")
print(Measurement.header)
print(
    Measurement.compare(
        "parse",
        bytes: document.count,
        runs: runs,
        ours: { (try? JSONValue(parsing: document)) != nil },
        foundation: { (try? JSONSerialization.jsonObject(with: data)) != nil }
    )
)
print(
    Measurement.compare(
        "write",
        bytes: document.count,
        runs: runs,
        ours: { value.serialized().count == document.count },
        foundation: { (try? JSONSerialization.data(withJSONObject: object)) != nil }
    )
)
