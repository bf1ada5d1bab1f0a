import JSON
import Kubernetes
import Synchronization
import Testing

@testable import Certificates

/// A cluster and the processes that keep its certificates, each of which may be killed before or after any of its calls.
struct CertificateSimulation {
    let cluster: InMemoryCluster
    let time = TestTime()
    let settings: CertificateSettings
    let model: AdmissionModel
    private var dice: SeededOrder

    init(seed: UInt64) async throws {
        cluster = try await InMemoryCluster.installed()
        var settings = CertificateSettings()
        settings.lifetime = .seconds(30 * 86_400)
        self.settings = settings
        model = AdmissionModel(cluster, time, settings)
        dice = SeededOrder(seed: seed)
    }

    /// When a process dies.
    struct Death {
        let call: Int
        /// Whether the API server still acts on that call.
        let isAfter: Bool
    }

    mutating func roll(_ range: Range<Int>) -> Int { Int.random(in: range, using: &dice) }

    /// Some processes at once, some of which die.
    ///
    /// - Parameter watch: Whether every state in between is looked at.
    mutating func round(_ name: String, processes: Int, mayDie: Bool, watch: Bool) async throws {
        let turnstile = Turnstile(tasks: processes, seed: dice.next())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in 0..<processes {
                let isDoomed = mayDie && Bool.random(using: &dice)
                let death = isDoomed ? Death(call: roll(0..<14), isAfter: Bool.random(using: &dice)) : nil
                let isGenerator = Bool.random(using: &dice)
                let api = process(id, "\(name), process \(id)", turnstile, death, watch: watch)
                group.addTask { [time, settings] in
                    do throws(CertificateFailure) {
                        if isGenerator {
                            try await Self.generator(api, settings, time).run()
                        } else {
                            try await Self.rotate(api, settings, time)
                        }
                    } catch {
                        switch error {
                        case .cancelled where death != nil, .unsettled: break
                        default: Issue.record("\(name): \(error)")
                        }
                    }
                    await turnstile.leave()
                }
            }
            try await group.waitForAll()
        }
    }

    /// Lets time pass: little while a renewal is under way, else days.
    mutating func pause() async throws {
        let secret = try? await cluster.secret()
        let isRenewing = secret.map { $0.hasNextKeys || $0.authorities.certificates.count > 1 } ?? true
        let pauses = isRenewing ? [5, 70, 130, 3700] : [3700, 86_400, 4 * 86_400, 5 * 86_400]
        time.advance(by: .seconds(pauses[roll(0..<pauses.count)]))
    }

    private func process(
        _ id: Int,
        _ name: String,
        _ turnstile: Turnstile,
        _ death: Death?,
        watch: Bool
    ) -> InterceptedAPI {
        let counter = Counter()
        return InterceptedAPI(
            base: cluster.api,
            before: { [time] _ async throws(APIError) in
                await turnstile.pass(id)
                time.advance(by: .seconds(1))
                let number = counter.next()
                if let death, number > death.call || (number == death.call && !death.isAfter) { throw .cancelled }
            },
            after: { [model] call async throws(APIError) in
                if watch, call.verb != "get" {
                    do { try await model.check("\(name), \(call)") } catch { Issue.record(error) }
                }
                if let death, counter.value > death.call { throw .cancelled }
            }
        )
    }

    private static func generator(
        _ api: any KubernetesAPI,
        _ settings: CertificateSettings,
        _ time: TestTime
    ) -> CertificateGenerator {
        CertificateGenerator(api: api, settings: settings, logger: .silent, time: time, now: { time.date })
    }

    /// What the loop of a rotation does until it would wait.
    private static func rotate(
        _ api: any KubernetesAPI,
        _ settings: CertificateSettings,
        _ time: TestTime
    ) async throws(CertificateFailure) {
        let keeper = CertificateKeeper(api: api, settings: settings, logger: .silent, now: { time.date })
        for _ in 0..<100 {
            if case .resting = try await keeper.step() { return }
        }
        Issue.record("a rotation does not come to rest")
    }

    /// What must hold after a run that nobody disturbed.
    func expectConverged(_ name: String) async throws {
        #expect(try await cluster.isConvinced(at: time.date), "\(name)")
        let secret = try await cluster.secret()
        for kind in WebhookConfiguration.Kind.allCases {
            #expect(try await cluster.configuration(kind).trusts(secret.authorities), "\(name): \(kind)")
        }
        #expect(secret.object["data"]?.objectValue?.keys.allSatisfy { !$0.contains("ca.key") } ?? false)
        #expect(secret.authorities.certificates.count <= 10, "\(name)")
    }
}

/// Counts from 0.
private final class Counter: Sendable {
    private let count = Mutex(0)
    /// How often `next` was called.
    var value: Int { count.withLock { $0 } }
    func next() -> Int {
        count.withLock { count in
            defer { count += 1 }
            return count
        }
    }
}
