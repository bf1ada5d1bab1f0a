import Foundation
import JSON
import Kubernetes
import Logging
import OptimizationAPI

// Fills a watch cache with TrainJobs as the controller keeps them, changes each of them once, and prints how much memory
// each takes. Ends with 1 when that is more than 4 KiB. `swift run -c release CacheBenchmark [objects]`

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 20_000
let allowed = 4096.0

/// Memory of this process that is in RAM, in bytes.
func residentBytes() -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
}

func row(_ name: String, _ value: String) {
    print(name + String(repeating: " ", count: max(1, 44 - name.count)) + value)
}

let json = TrainJobServer.trainJob(count / 2, version: count)
guard let sample = try? JSONValue(parsing: Array(json.utf8)), TrainJob(decoding: sample).isComplete else {
    FileHandle.standardError.write(Data("the sample is no finished TrainJob\n".utf8))
    exit(1)
}

let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
let cache = WatchCache<TrainJob>(
    api: APIClient(exchange: TrainJobServer(count: count)),
    type: .trainJobs,
    logger: logger
) { object in
    var job = TrainJob(decoding: object)
    job.metadata.labels = [:]
    job.metadata.annotations = job.metadata.annotations.filter { $0.key == Annotations.parameters }
    job.metadata.finalizers = []
    return job
}
let (changes, continuation) = AsyncStream.makeStream(of: Void.self)
cache.onChange { _ in continuation.yield() }

let before = residentBytes()
let start = ContinuousClock.now
let running = Task { await cache.run() }
await cache.waitUntilSynced()
let listed = ContinuousClock.now
let afterList = residentBytes()
var seen = 0
for await _ in changes {
    seen += 1
    if seen == 2 * count { break }
}
let watched = ContinuousClock.now
let afterWatch = residentBytes()
running.cancel()
await running.value

let each = (afterWatch - before) / Double(count)
row("TrainJobs", "\(cache.count) of \(json.utf8.count) bytes of JSON")
row("list, pages of 500", "\(start.duration(to: listed))")
row("one change of each", "\(listed.duration(to: watched))")
row("memory per TrainJob after the list", String(format: "%.0f bytes", (afterList - before) / Double(count)))
row("memory per TrainJob after the changes", String(format: "%.0f bytes (at most %.0f)", each, allowed))
guard cache.count == count, each <= allowed else { exit(1) }
