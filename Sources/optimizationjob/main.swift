import ArgumentParser
import Glibc
import LocalCluster
import LocalRun

// A trial's supervisor has to be the only thread of its process, so it comes before everything else.
if CommandLine.arguments.dropFirst().first == TrialSupervisor.subcommand {
    exit(TrialSupervisor.run())
}
do {
    var command = try OptimizationJobCommand.parseAsRoot()
    try command.run()
} catch {
    guard OptimizationJobCommand.exitCode(for: error) == .validationFailure else {
        OptimizationJobCommand.exit(withError: error)
    }
    exit(LocalRun.refuse(OptimizationJobCommand.fullMessage(for: error)))
}
