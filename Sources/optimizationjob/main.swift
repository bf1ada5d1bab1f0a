import ArgumentParser
import Glibc
import LocalCluster
import LocalRun
import Manager

// A trial's supervisor has to be the only thread of its process, so it comes before everything else.
if CommandLine.arguments.dropFirst().first == TrialSupervisor.subcommand {
    exit(TrialSupervisor.run())
}
do {
    let arguments = try CommandSpelling.normalized(Array(CommandLine.arguments.dropFirst()))
    var command = try OptimizationJobCommand.parseAsRoot(arguments)
    try command.run()
} catch let error as FlagError {
    exit(LocalRun.refuse("Error: \(error)\n  See 'optimizationjob controller --help' for more information."))
} catch {
    guard OptimizationJobCommand.exitCode(for: error) == .validationFailure else {
        OptimizationJobCommand.exit(withError: error)
    }
    exit(LocalRun.refuse(OptimizationJobCommand.fullMessage(for: error)))
}
