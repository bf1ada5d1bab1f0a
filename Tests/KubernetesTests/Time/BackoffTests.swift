import Testing

@testable import Kubernetes

@Suite("A backoff")
struct BackoffTests {
    @Test("doubles up to its bound, and never overflows")
    func doubling() {
        let backoff = Backoff(base: .milliseconds(5), maximum: .seconds(1000))
        let delays = (0...18).map { backoff.delay(after: $0) }
        #expect(delays.prefix(4) == [.milliseconds(5), .milliseconds(10), .milliseconds(20), .milliseconds(40)])
        #expect(delays[17] == .milliseconds(655_360))
        #expect(delays[18] == .seconds(1000))
        #expect(backoff.delay(after: .max) == .seconds(1000))
        #expect(backoff.delay(after: -1) == .milliseconds(5))
        #expect(Backoff(base: .zero, maximum: .seconds(1)).delay(after: .max) == .zero)
    }

    @Test("is spread over its upper half", arguments: [(0.0, 500), (0.5, 750), (1.0, 1000), (.nan, 1000), (-3, 500)])
    func jitter(jitter: Double, milliseconds: Int) {
        let backoff = Backoff(base: .seconds(1), maximum: .seconds(8))
        #expect(backoff.delay(after: 0, jitter: jitter) == .milliseconds(milliseconds))
    }
}
