import Testing

@testable import Kubernetes

@Suite("A time limit")
struct TimeLimitTests {
    @Test("says in words how long it was, since logs have them")
    func exceeded() async {
        let error = await #expect(throws: TimeLimitExceeded.self) {
            try await withTimeLimit(.zero, SystemTime()) { try await Task.sleep(for: .seconds(3600)) }
        }
        #expect(error.map { "\($0)" } == "it took longer than 0.0 seconds")
    }
}
