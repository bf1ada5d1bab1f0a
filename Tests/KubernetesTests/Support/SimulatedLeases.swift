import JSON
import Kubernetes
import Synchronization
import Transport

/// An API server in a virtual world that keeps one object, behind a network that may do anything.
final class SimulatedLeases: Sendable {
    /// What goes wrong.
    struct Faults {
        /// How likely a call is slow, fails, or gets lost on the way there or back.
        var slow = 0.0
        var failing = 0.0
        var lostRequest = 0.0
        var lostAnswer = 0.0
        /// How likely the answer to a write gets lost, even if others do not.
        var lostWriteAnswer = 0.0

        static let none = Faults()
    }

    private struct State {
        var lease: JSONValue?
        var version: Int64 = 100
        var faults = Faults.none
        var isDown = false
        /// What an update of a lease that is not there is refused with.
        var absence: Status?
        /// What was written, in order.
        var history: [JSONValue] = []
    }

    let world: VirtualWorld
    private let state = Mutex(State())

    init(world: VirtualWorld) { self.world = world }

    var lease: JSONValue? { state.withLock { $0.lease } }
    var history: [JSONValue] { state.withLock { $0.history } }

    func setFaults(_ faults: Faults) { state.withLock { $0.faults = faults } }
    /// Nothing is answered any more, or again.
    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }
    func put(_ lease: JSONValue?) { state.withLock { $0.lease = lease } }
    /// Updates of a lease that is not there are refused with this from now on; with 404 unless it is said.
    func refuseAbsent(with status: Status) { state.withLock { $0.absence = status } }

    /// One call of a process: on its way, done, and back.
    func call(
        _ process: Int,
        isWrite: Bool = false,
        _ apply: @escaping @Sendable (SimulatedLeases) -> Result<JSONValue, APIError>
    ) async throws(APIError) -> JSONValue {
        let faults = state.withLock { $0.faults }
        func travel() -> Duration {
            world.happens(faults.slow) ? .seconds(world.random(0.2...25)) : .milliseconds(world.random(1...100))
        }
        let (there, back) = (travel(), travel())
        let isFailing = world.happens(faults.failing)
        let losesRequest = world.happens(faults.lostRequest)
        let losesAnswer = world.happens(faults.lostAnswer) || isWrite && world.happens(faults.lostWriteAnswer)
        let answer = OneShot<Result<JSONValue, APIError>>()
        if !losesRequest {
            world.schedule(after: there) {
                guard !self.state.withLock({ $0.isDown }) else { return }
                let result =
                    isFailing
                    ? .failure(APIError.status(.internalError("bad luck"), retryAfter: nil)) : apply(self)
                guard !losesAnswer else { return }
                self.world.schedule(after: back, for: process) { answer.resume(with: .success(result)) }
            }
        }
        do {
            return try await answer.wait().get()
        } catch let error as APIError {
            throw error
        } catch {
            throw .cancelled
        }
    }

    func get(_ name: String) -> Result<JSONValue, APIError> {
        lease.map { .success($0) } ?? .failure(.status(.notFound(.leases, name), retryAfter: nil))
    }

    func create(_ object: JSONValue, _ name: String) -> Result<JSONValue, APIError> {
        state.withLock { state in
            guard state.lease == nil else { return .failure(.status(.alreadyExists(.leases, name), retryAfter: nil)) }
            return .success(Self.store(object, &state))
        }
    }

    func update(_ object: JSONValue, _ name: String) -> Result<JSONValue, APIError> {
        state.withLock { state in
            guard let current = state.lease else {
                return .failure(.status(state.absence ?? .notFound(.leases, name), retryAfter: nil))
            }
            guard current["metadata"]?["resourceVersion"] == object["metadata"]?["resourceVersion"] else {
                return .failure(.status(.conflict(.leases, name), retryAfter: nil))
            }
            return .success(Self.store(object, &state))
        }
    }

    private static func store(_ object: JSONValue, _ state: inout State) -> JSONValue {
        var object = object
        state.version += 1
        object["metadata"]?["resourceVersion"] = .string(String(state.version))
        state.lease = object
        state.history.append(object)
        return object
    }
}

/// The API as one process sees it.
struct SimulatedLeaseClient: KubernetesAPI {
    let leases: SimulatedLeases
    let process: Int
    /// Told of every patch: what a leader does.
    var onAct: @Sendable () -> Void = {}

    func get(_ type: ResourceType, _ name: NamespacedName) async throws(APIError) -> JSONValue {
        try await leases.call(process) { $0.get(name.name) }
    }

    func create(_ type: ResourceType, namespace: String, _ object: JSONValue) async throws(APIError) -> JSONValue {
        try await leases.call(process, isWrite: true) { $0.create(object, ObjectMeta(object).name) }
    }

    func update(_ type: ResourceType, _ object: JSONValue, subresource: String?) async throws(APIError) -> JSONValue {
        try await leases.call(process, isWrite: true) { $0.update(object, ObjectMeta(object).name) }
    }

    func patch(
        _ type: ResourceType,
        _ name: NamespacedName,
        _ patch: Patch,
        subresource: String?
    ) async throws(APIError) -> JSONValue {
        onAct()
        return .null
    }

    func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList { ObjectList(items: [], resourceVersion: "") }

    func delete(_ type: ResourceType, _ name: NamespacedName, _ options: DeleteOptions) async throws(APIError) {}

    func watch(_ type: ResourceType, namespace: String?, options: WatchOptions) async throws(APIError) -> WatchStream {
        WatchStream { { () async throws(APIError) in nil } }
    }
}
