import Kubernetes
import OptimizationAPI

/// Runs nothing: moves the status of TrainJobs as if their trials ran.
struct SimulatedTrials: TrialRunner {
    let simulation: TrialSimulation
    let writer: TrainJobStatusWriter

    func run(_ request: TrainJobRequest, stop: StopRequest) async -> TrialOutcome {
        await withTaskGroup(of: TrialOutcome.self) { group in
            group.addTask { await pretend(request) }
            group.addTask {
                await stop.wait()
                return .interrupted(otherwise: .failed(reason: "FailedJobs", message: "the trial was stopped"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .gone
        }
    }

    private func pretend(_ request: TrainJobRequest) async -> TrialOutcome {
        let name = request.metadata.namespacedName
        let trial = SimulatedTrial(of: request, in: simulation)
        guard await writer.write(.running, of: name, uid: request.metadata.uid) != .gone else { return .gone }
        for var report in trial.reports {
            // Cancelled when it is stopped: then this outcome is not asked for any more.
            guard (try? await Task.sleep(for: trial.duration / trial.reports.count)) != nil else { return .gone }
            report.lastUpdatedTime = .now()
            // Until it is told, however long the API server is away: without its metrics a trial fails.
            guard await writer.report(report, of: name, attempts: .max) != .gone else { return .gone }
        }
        return .ended(trial.end)
    }
}
