import JSON
import Logging
import Synchronization
import Testing

@testable import Kubernetes

@Suite("A candidate for the leadership")
struct LeaderElectorTests {
    private static let lease = NamespacedName(namespace: "kubeflow-system", name: "optimizer")

    private let world = VirtualWorld(seed: 1)
    private let leases: SimulatedLeases

    init() {
        leases = SimulatedLeases(world: world)
    }

    /// What a candidate did, and when.
    private final class Diary: Sendable {
        private let entries = Mutex<[(at: Duration, what: String)]>([])

        func note(_ what: String, at moment: Duration) { entries.withLock { $0.append((moment, what)) } }
        var all: [String] { entries.withLock { $0.map(\.what) } }
        func moment(of what: String) -> Duration? { entries.withLock { $0.last { $0.what == what }?.at } }
    }

    private struct Candidate {
        let elector: LeaderElector
        let diary: Diary
        let task: Task<Void, Never>
    }

    /// Starts a process that runs for the leadership once.
    ///
    /// - Parameters:
    ///   - winding: How long its work takes to end once it is cancelled.
    ///   - working: How long its work lasts; `nil` for ever.
    private func start(
        _ process: Int,
        _ identity: String,
        winding: Duration = .zero,
        working: Duration? = nil,
        wallClock: @escaping @Sendable () -> MicroTimestamp = { MicroTimestamp(microsecondsSinceEpoch: 5) }
    ) throws -> Candidate {
        let time = ProcessTime(world: world, process: process)
        let diary = Diary()
        let elector = try LeaderElector(
            api: SimulatedLeaseClient(leases: leases, process: process),
            configuration: LeaderElectionConfiguration(lease: Self.lease, identity: identity),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            time: time,
            wallClock: wallClock,
            jitter: { 0.5 },
            executor: world
        )
        let world = world
        let task = world.start {
            do {
                try await elector.run(whenStuck: { diary.note("stuck", at: world.now) }) {
                    diary.note("leads", at: world.now)
                    try? await time.sleep(for: working ?? .seconds(1_000_000))
                    diary.note(Task.isCancelled ? "cancelled" : "done", at: world.now)
                    await Task(executorPreference: world) { try? await time.sleep(for: winding) }.value
                    diary.note("ended", at: world.now)
                }
                diary.note("returned", at: world.now)
            } catch {
                diary.note("\(type(of: error))", at: world.now)
            }
        }
        return Candidate(elector: elector, diary: diary, task: task)
    }

    private var spec: JSONValue? { leases.lease?["spec"] }

    @Test("makes the lease if there is none, with times an API server takes")
    func create() throws {
        let candidate = try start(1, "a") { MicroTimestamp(rfc3339: "2026-11-23T22:00:00.123456Z") ?? .now() }
        world.run(for: .seconds(1))
        #expect(candidate.diary.all == ["leads"])
        #expect(candidate.elector.isLeading && candidate.elector.leader == "a")
        #expect(
            leases.history.first?["spec"] == [
                "holderIdentity": "a", "leaseDurationSeconds": 15, "acquireTime": "2026-11-23T22:00:00.123456Z",
                "renewTime": "2026-11-23T22:00:00.123456Z", "leaseTransitions": 0,
            ]
        )
    }

    @Test("renews the lease every two seconds without asking for it again, and keeps what others wrote into it")
    func renewal() throws {
        leases.put([
            "metadata": ["name": "optimizer", "namespace": "kubeflow-system", "labels": ["a": "b"]],
            "spec": ["leaseTransitions": 4, "strategy": "x"],
        ])
        let clock = Mutex<Int64>(0)
        _ = try start(1, "a") {
            MicroTimestamp(
                microsecondsSinceEpoch: clock.withLock { clock in
                    clock += 1_000_000
                    return clock
                }
            )
        }
        world.run(for: .seconds(60))
        #expect((28...30).contains(leases.history.count))
        #expect(spec?["leaseTransitions"]?.int64Value == 5)
        #expect(spec?["strategy"] == "x")
        #expect(leases.lease?["metadata"]?["labels"] == ["a": "b"])
        #expect(spec?["acquireTime"] == "1970-01-01T00:00:01.000000Z")
        #expect(spec?["renewTime"] != spec?["acquireTime"])
    }

    @Test("takes over at once when the leader's work is done, since the lease is released")
    func release() throws {
        let first = try start(1, "a", working: .seconds(30))
        world.run(for: .seconds(1))
        let second = try start(2, "b")
        world.run(for: .seconds(60))
        #expect(first.diary.all == ["leads", "done", "ended", "returned"])
        let (end, takeover) = (first.diary.moment(of: "ended"), second.diary.moment(of: "leads"))
        #expect(try #require(takeover) - #require(end) < .seconds(5))
        #expect(spec?["leaseTransitions"]?.int64Value == 1)
        #expect(spec?["holderIdentity"] == "b")
        let released = leases.history.first { $0["spec"]?["holderIdentity"] == nil }?["spec"]
        #expect(released?["leaseDurationSeconds"]?.int64Value == 1)
    }

    @Test("keeps the lease until cancelled work has ended, then releases it")
    func cancellation() throws {
        let first = try start(1, "a", winding: .seconds(40))
        world.run(for: .seconds(1))
        let second = try start(2, "b")
        world.run(for: .seconds(10))
        first.task.cancel()
        world.run(for: .seconds(39))
        #expect(first.diary.all == ["leads", "cancelled"])
        #expect(second.diary.all.isEmpty)
        world.run(for: .seconds(10))
        #expect(first.diary.all == ["leads", "cancelled", "ended", "returned"])
        #expect(second.diary.all == ["leads"])
    }

    @Test("takes over from a leader that died when the lease has run out, and not before")
    func death() throws {
        _ = try start(1, "a")
        world.run(for: .seconds(20))
        let second = try start(2, "b")
        world.run(for: .seconds(10))
        world.pause(1, for: .seconds(1000))
        let death = world.now
        world.run(for: .seconds(30))
        let wait = try #require(second.diary.moment(of: "leads")) - death
        // The last renewal was up to 2 s ago, the next look comes within 4.4 s, and calls take up to 0.2 s.
        #expect(wait > .seconds(12.5) && wait < .seconds(20), "\(wait)")
    }

    @Test("stops before anybody else can take the lease when the API server is away")
    func outage() throws {
        let first = try start(1, "a", winding: .seconds(4))
        world.run(for: .seconds(20))
        let second = try start(2, "b")
        world.run(for: .seconds(10))
        leases.setDown(true)
        let outage = world.now
        world.run(for: .seconds(13))
        #expect(first.diary.all.prefix(2) == ["leads", "cancelled"])
        let stopped = try #require(first.diary.moment(of: "cancelled")) - outage
        #expect(stopped > .seconds(7.5) && stopped <= .seconds(10), "\(stopped)")
        #expect(!first.elector.isLeading)
        leases.setDown(false)
        world.run(for: .seconds(30))
        #expect(first.diary.all.last == "LeadershipLost")
        #expect(second.diary.all == ["leads"])
    }

    @Test("says when work does not end although others may lead")
    func stuck() throws {
        let first = try start(1, "a", winding: .seconds(100))
        world.run(for: .seconds(10))
        leases.setDown(true)
        world.run(for: .seconds(20))
        #expect(first.diary.all == ["leads", "cancelled", "stuck"])
        let cancelled = try #require(first.diary.moment(of: "cancelled"))
        #expect(try #require(first.diary.moment(of: "stuck")) - cancelled == .seconds(5))
    }

    @Test(
        "lets work end that stood still for longer than the lease, and says so when it does not",
        arguments: [(Duration.seconds(1), ["ended", "LeadershipLost"]), (.seconds(100), ["stuck"])]
    )
    func stoodStill(winding: Duration, ending: [String]) throws {
        let first = try start(1, "a", winding: winding)
        world.run(for: .seconds(10))
        world.pause(1, for: .seconds(40))
        world.run(for: .seconds(60))
        #expect(first.diary.all == ["leads", "cancelled"] + ending)
    }

    @Test("stops at once when somebody else has the lease")
    func taken() throws {
        let first = try start(1, "a")
        world.run(for: .seconds(10))
        var stolen = try #require(leases.lease)
        stolen["spec"]?["holderIdentity"] = "thief"
        stolen["metadata"]?["resourceVersion"] = "7"
        leases.put(stolen)
        world.run(for: .seconds(3))
        #expect(first.diary.all == ["leads", "cancelled", "ended", "LeadershipLost"])
        #expect(first.elector.leader == "thief")
        #expect(leases.lease == stolen)
    }

    @Test(
        "makes the lease anew with its next renewal when somebody deleted it, and leads on",
        arguments: [
            .notFound(.leases, "optimizer"), .conflict(.leases, "optimizer"),
            .badRequest("resourceVersion should not be set on objects to be created"),
        ] as [Status]
    )
    func deleted(_ refusal: Status) throws {
        let first = try start(1, "a")
        leases.refuseAbsent(with: refusal)
        world.run(for: .seconds(10))
        leases.put(nil)
        world.run(for: .seconds(3))
        #expect(spec?["holderIdentity"] == "a")
        world.run(for: .seconds(20))
        #expect(first.diary.all == ["leads"] && first.elector.isLeading)
    }

    @Test("finds out that it leads when the answer to its own request was lost")
    func lostAnswer() throws {
        leases.setFaults(.init(lostWriteAnswer: 1))
        let first = try start(1, "a")
        world.run(for: .seconds(4))
        #expect(leases.history.count == 1 && first.diary.all.isEmpty)
        leases.setFaults(.none)
        world.run(for: .seconds(10))
        #expect(first.diary.all == ["leads"])
        #expect(spec?["leaseTransitions"]?.int64Value == 0)
    }

    @Test(
        "does not believe the times in the lease",
        arguments: ["1970-01-01T00:00:00.000000Z", "9999-01-01T00:00:00.000000Z", ""]
    )
    func clocks(_ renewTime: String) throws {
        leases.put([
            "metadata": ["name": "optimizer", "namespace": "kubeflow-system"],
            "spec": ["holderIdentity": "x", "leaseDurationSeconds": 15, "renewTime": .string(renewTime)],
        ])
        let candidate = try start(1, "a")
        world.run(for: .seconds(15))
        #expect(candidate.diary.all.isEmpty)
        world.run(for: .seconds(5))
        #expect(candidate.diary.all == ["leads"])
    }

    @Test(
        "leaves a lease alone for as long as its holder says, and for its own time if it says nothing",
        arguments: [(60, 60), (0, 15)]
    )
    func othersDuration(_ seconds: Int64, _ expected: Int) throws {
        leases.put([
            "metadata": ["name": "optimizer", "namespace": "kubeflow-system"],
            "spec": ["holderIdentity": "x", "leaseDurationSeconds": .number(JSONNumber(seconds))],
        ])
        let candidate = try start(1, "a")
        world.run(for: .seconds(expected))
        #expect(candidate.diary.all.isEmpty)
        world.run(for: .seconds(5))
        #expect(candidate.diary.all == ["leads"])
    }

    @Test("does not run twice at a time")
    func twice() async throws {
        let candidate = try start(1, "a")
        world.run(for: .seconds(1))
        await #expect(throws: LeaderElector.LeadershipLost.self) { try await candidate.elector.run {} }
    }

    @Test("refuses times that cannot keep the promise")
    func configuration() {
        func problem(_ lease: Duration, _ renew: Duration, _ retry: Duration) -> String? {
            LeaderElectionConfiguration(
                lease: Self.lease,
                identity: "a",
                leaseDuration: lease,
                renewDeadline: renew,
                retryPeriod: retry
            ).problem
        }
        #expect(problem(.seconds(15), .seconds(10), .seconds(2)) == nil)
        #expect(problem(.seconds(10), .seconds(10), .seconds(2)) != nil)
        #expect(problem(.seconds(15), .seconds(10), .seconds(9)) != nil)
        #expect(problem(.seconds(15), .seconds(10), .zero) != nil)
        #expect(problem(.milliseconds(500), .milliseconds(300), .milliseconds(100)) != nil)
        #expect(LeaderElectionConfiguration(lease: Self.lease, identity: "").problem != nil)
        #expect(LeaderElectionConfiguration(lease: .init(namespace: "", name: "x")).problem != nil)
    }

    @Test("has an identity that no other process has")
    func identity() {
        let (a, b) = (LeaderElectionConfiguration.uniqueIdentity(), LeaderElectionConfiguration.uniqueIdentity())
        #expect(a != b && a.contains("_"))
    }
}
