import Search

// SearchBenchmark SEEDS OTHERSEEDS       the tables and the picture of docs/search.md: runs of the suite's problems, and of others
// SearchBenchmark runs SEEDS PARALLEL SAMPLER,... FAMILY
//                                       a line a run, as optuna_runs.py writes them, for whoever works on a sampler
// SearchBenchmark latency SAMPLER ...   the time of a suggestion
// SearchBenchmark serve                 evaluates problems for other tuners, a line each
let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "serve":
    Bridge.serve()
case "latency":
    Latency.print(only: Array(arguments.dropFirst()))
case "runs":
    Comparison.print(arguments.dropFirst())
default:
    let seeds = arguments.compactMap(Int.init)
    await Report.write(seeds: seeds.first ?? 20, otherSeeds: seeds.count > 1 ? seeds[1] : 5)
}
