import Kubernetes
import Search
import Synchronization

@testable import Controller

/// Decides what goes wrong with an API call.
final class Misfortune: Sendable {
    private let state: Mutex<(generator: SeededGenerator, percent: Int)>

    init(seed: UInt64, percent: Int) {
        state = Mutex((SeededGenerator(seed: seed, stream: 1), percent))
    }

    func end() { state.withLock { $0.percent = 0 } }

    func next() -> FakeCluster.Fault {
        state.withLock { state in
            guard Int.random(in: 0..<100, using: &state.generator) < state.percent else { return .none }
            switch Int.random(in: 0..<8, using: &state.generator) {
            case 0: return .refused(.answer(500, "InternalError", "failed calling webhook"))
            case 1: return .refused(.answer(429, "TooManyRequests", "storage is (re)initializing"))
            case 2: return .refused(.answer(409, "Conflict", "the object has been modified"))
            case 3: return .refused(.transport("timed out"))
            case 4: return .refused(.answer(403, "Forbidden", "exceeded quota: gpu, requested: 1"))
            case 5: return .answerLost
            case 6: return .diesBefore
            default: return .diesAfter
            }
        }
    }
}
