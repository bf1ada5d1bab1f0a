import Foundation
import Glibc

// Runs OptimizationJobs against the embedded API server, which is in a process of its own together with a trainer that ends
// every TrainJob at once, and prints what that costs the controller: first a tenth of the load, then all of it.
// `swift run -c release ControllerBenchmark [jobs]`, 1,000 jobs of 20 trials and one of 1,000 unless told otherwise.

if CommandLine.arguments.dropFirst().first == "cluster" {
    await ClusterProcess.serve()
} else if CommandLine.arguments.dropFirst().first == "controller" {
    let load = Load(jobs: CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 100)
    do {
        print(try await Run.measure(load).row)
    } catch {
        FileHandle.standardError.write(Data("the run failed: \(error)\n".utf8))
        exit(1)
    }
} else {
    let jobs = max(10, CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000)
    print(Measurement.header)
    fflush(nil)  // before the runs, which print for themselves
    for part in [jobs / 10, jobs] {
        // Each in a process of its own, so that the memory of one is not counted in the other.
        let run = Process()
        run.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        run.arguments = ["controller", "\(part)"]
        try run.run()
        run.waitUntilExit()
        guard run.terminationStatus == 0 else { exit(1) }
    }
}
