import Glibc
import LocalCluster

// A trial's supervisor has to be the only thread of its process, so it comes before everything else.
if CommandLine.arguments.dropFirst().first == TrialSupervisor.subcommand {
    exit(TrialSupervisor.run())
}
print("optimizationjob")
