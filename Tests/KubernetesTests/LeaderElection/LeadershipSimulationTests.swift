import JSON
import Logging
import Synchronization
import Testing

@testable import Kubernetes

/// Candidates, an API server and a network with bad luck of every kind, many times over.
@Suite("Never two leaders")
struct LeadershipSimulationTests {
    private static let lease = NamespacedName(namespace: "ns", name: "lease")

    /// What is seen of all candidates from outside.
    private final class Watcher: Sendable {
        private struct State {
            var working: Set<Int> = []
            var problems: [String] = []
            var terms = 0
            var acts = 0
        }

        private let state = Mutex(State())
        var problems: [String] { state.withLock { $0.problems } }
        var terms: Int { state.withLock { $0.terms } }
        var acts: Int { state.withLock { $0.acts } }
        var working: Set<Int> { state.withLock { $0.working } }

        func begins(_ process: Int, at moment: Duration) {
            state.withLock { state in
                if !state.working.isEmpty { state.problems.append("\(moment): \(process) beside \(state.working)") }
                state.working.insert(process)
                state.terms += 1
            }
        }

        func ends(_ process: Int) { state.withLock { _ = $0.working.remove(process) } }

        func acts(_ process: Int, others: [LeaderElector], at moment: Duration) {
            state.withLock { state in
                state.acts += 1
                if others.contains(where: \.isLeading) {
                    state.problems.append("\(moment): \(process) acts while another leads")
                }
            }
        }

        func note(_ problem: String) { state.withLock { $0.problems.append(problem) } }
    }

    private final class Members: Sendable {
        let electors = Mutex<[Int: LeaderElector]>([:])

        func others(than process: Int) -> [LeaderElector] {
            electors.withLock { $0.filter { $0.key != process }.map(\.value) }
        }
    }

    private struct Simulation {
        let world: VirtualWorld
        let leases: SimulatedLeases
        let watcher = Watcher()
        let members = Members()

        init(seed: UInt64) {
            world = VirtualWorld(seed: seed)
            leases = SimulatedLeases(world: world)
        }

        /// Starts a process that runs for the leadership again and again.
        ///
        /// - Parameter checksEachAct: Whether its work asks before each act, or goes on for up to three seconds after it was
        ///   cancelled.
        func start(_ process: Int, checksEachAct: Bool) throws {
            let (world, watcher, members) = (world, watcher, members)
            // The clocks on the wall jump; the others only differ by 3 % in speed.
            let time = ProcessTime(world: world, process: process, rate: world.random(0.97...1.03))
            let client = SimulatedLeaseClient(leases: leases, process: process) {
                watcher.acts(process, others: members.others(than: process), at: world.now)
            }
            let elector = try LeaderElector(
                api: client,
                configuration: LeaderElectionConfiguration(lease: lease, identity: "p\(process)"),
                logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() },
                time: time,
                wallClock: { MicroTimestamp(microsecondsSinceEpoch: Int64(world.random(0...4e15))) },
                jitter: { world.random(0...0.999) },
                executor: world
            )
            members.electors.withLock { $0[process] = elector }
            let guarded = LeadersAPI(client) { elector.isLeading }
            _ = world.start {
                while true {
                    try? await elector.run(whenStuck: { watcher.note("\(process) is stuck") }) {
                        if !checksEachAct { watcher.begins(process, at: world.now) }
                        let isShort = world.happens(0.3)
                        let end = time.now + .seconds(world.random(0...60))
                        while !Task.isCancelled, !isShort || time.now < end {
                            _ = try? await guarded.patch(.leases, lease, .merge([:]))
                            try? await time.sleep(for: .seconds(world.random(0.2...2)))
                        }
                        guard !checksEachAct else { return }
                        let winding = Duration.seconds(world.random(0...3))
                        await Task(executorPreference: world) { try? await time.sleep(for: winding) }.value
                        watcher.ends(process)
                    }
                    try? await time.sleep(for: .seconds(world.random(0...5)))
                }
            }
        }
    }

    private static let faults = SimulatedLeases.Faults(slow: 0.1, failing: 0.1, lostRequest: 0.05, lostAnswer: 0.1)

    @Test("work at a time, however slow the API is and however many answers get lost", arguments: 0..<40)
    func slowAndLost(_ seed: UInt64) throws {
        let simulation = Simulation(seed: seed)
        simulation.leases.setFaults(Self.faults)
        for process in 1...3 { try simulation.start(process, checksEachAct: false) }
        for _ in 0..<3 {
            simulation.world.run(for: .seconds(60))
            simulation.leases.setDown(true)
            simulation.world.run(for: .seconds(simulation.world.random(1...40)))
            simulation.leases.setDown(false)
        }
        #expect(simulation.watcher.problems == [], "seed \(seed)")
        // Once luck returns, somebody leads before long.
        simulation.leases.setFaults(.none)
        simulation.world.run(for: .seconds(60))
        let terms = simulation.watcher.terms
        simulation.world.run(for: .seconds(120))
        #expect(simulation.watcher.problems == [], "seed \(seed)")
        #expect(simulation.watcher.terms > terms || !simulation.watcher.working.isEmpty, "seed \(seed)")
    }

    @Test("act at a time, even when processes stand still for longer than their lease", arguments: 1000..<1040)
    func pauses(_ seed: UInt64) throws {
        let simulation = Simulation(seed: seed)
        simulation.leases.setFaults(Self.faults)
        for process in 1...3 { try simulation.start(process, checksEachAct: true) }
        for _ in 0..<20 {
            simulation.world.run(for: .seconds(simulation.world.random(1...20)))
            let process = 1 + Int(simulation.world.random(0...2.999))
            simulation.world.pause(process, for: .seconds(simulation.world.random(1...40)))
        }
        #expect(simulation.watcher.problems == [], "seed \(seed)")
        #expect(simulation.watcher.acts > 0, "seed \(seed)")
    }
}
