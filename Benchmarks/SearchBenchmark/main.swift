import Search

// SearchBenchmark SEEDS DRAWNSEEDS       the tables and the picture of docs/search.md
// SearchBenchmark compare A B SEEDS ... mean regrets on drawn problems A..<B
// SearchBenchmark serve                 evaluates problems for other tuners, a line each
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "serve":
    Bridge.serve()
case "latency":
    Latency.print()
case "compare":
    Comparison.print(arguments.dropFirst().compactMap(Int.init), only: arguments.dropFirst(4).filter { Int($0) == nil })
default:
    let seeds = arguments.compactMap(Int.init)
    Report.write(seeds: seeds.first ?? 20, drawnSeeds: seeds.count > 1 ? seeds[1] : 5)
}
