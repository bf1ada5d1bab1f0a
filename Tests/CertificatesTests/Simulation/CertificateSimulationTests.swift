import JSON
import Kubernetes
import Testing

@testable import Certificates

@Suite("Certificates over the years")
struct CertificateSimulationTests {
    @Test(
        "convince every API server on every replica at every moment, whoever is killed when, and are renewed only when due",
        arguments: 1...4
    )
    func neverFails(seed: UInt64) async throws {
        var simulation = try await CertificateSimulation(seed: seed)
        for number in 0..<30 {
            let name = "seed \(seed), round \(number)"
            let processes = simulation.roll(1..<4)
            try await simulation.round(name, processes: processes, mayDie: true, watch: true)
            if number.isMultiple(of: 4) {
                try await simulation.round("\(name), clean", processes: 1, mayDie: false, watch: true)
                try await simulation.expectConverged(name)
            }
            try await simulation.model.check("\(name), afterwards")
            try await simulation.pause()
        }
        #expect(simulation.model.renewals >= 1)
    }

    /// What people do to a cluster.
    enum Mischief: CaseIterable {
        case wipeBundle, deleteConfiguration, deleteSecret, emptySecret, swapKey, spoilNext, spoilAuthorities,
            restoreSecret
    }

    @Test("are in order again after the next run, whatever was done to the cluster", arguments: 1...3)
    func recovers(seed: UInt64) async throws {
        var simulation = try await CertificateSimulation(seed: seed)
        var backup: JSONValue?
        for number in 0..<20 {
            let mischief = Mischief.allCases[simulation.roll(0..<Mischief.allCases.count)]
            let name = "seed \(seed), round \(number), \(mischief)"
            let cluster = simulation.cluster
            switch mischief {
            case .wipeBundle:
                try await cluster.apply(Samples.configuration(.validating))
            case .deleteConfiguration:
                let configuration = NamespacedName(namespace: "", name: simulation.settings.mutatingConfiguration)
                try await cluster.api.delete(.mutatingWebhookConfigurations, configuration)
            case .deleteSecret:
                try? await cluster.api.delete(.secrets, InMemoryCluster.secretName)
            case .emptySecret: await spoil(cluster) { $0 = ["tls.crt": "", "tls.key": ""] }
            case .swapKey: await spoil(cluster) { $0["tls.key"] = $0["next-tls.key"] ?? "bm90IGEga2V5" }
            case .spoilNext: await spoil(cluster) { $0["next-tls.crt"] = "bm90IGEgY2VydGlmaWNhdGU=" }
            case .spoilAuthorities: await spoil(cluster) { $0["ca.crt"] = "bm90IGEgY2VydGlmaWNhdGU=" }
            case .restoreSecret:
                let current = try? await cluster.api.get(.secrets, InMemoryCluster.secretName)
                if let backup, current != nil { await spoil(cluster) { $0 = backup } }
                backup = current?["data"] ?? backup
            }
            if mischief == .deleteConfiguration {
                try? await cluster.apply(Samples.configuration(.mutating))
            }
            let processes = simulation.roll(1..<3)
            try await simulation.round(name, processes: processes, mayDie: true, watch: false)
            try await simulation.round("\(name), clean", processes: 1, mayDie: false, watch: false)
            try await simulation.expectConverged(name)
            try await simulation.pause()
        }
    }

    private func spoil(_ cluster: InMemoryCluster, _ change: (inout JSONValue) -> Void) async {
        guard var secret = try? await cluster.api.get(.secrets, InMemoryCluster.secretName),
            var data = secret["data"]
        else { return }
        change(&data)
        secret["data"] = data
        _ = try? await cluster.api.update(.secrets, secret)
    }
}
