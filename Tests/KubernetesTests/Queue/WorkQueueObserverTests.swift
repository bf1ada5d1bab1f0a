import Synchronization
import Testing

@testable import Kubernetes

@Suite("The observer of a work queue", .timeLimit(.minutes(1)))
struct WorkQueueObserverTests {
    private final class Observer: WorkQueueObserver {
        private let seen = Mutex<[String]>([])
        var all: [String] { seen.withLock { $0 } }

        private func note(_ what: String) { seen.withLock { $0.append(what) } }
        func added() { note("added") }
        func retried() { note("retried") }
        func taken(after wait: Duration) { note("taken after \(wait.components.seconds)") }
        func done(after work: Duration) { note("done after \(work.components.seconds)") }
    }

    private let time = ManualTime()
    private let observer = Observer()

    @Test("hears how long keys waited and were worked on")
    func times() async {
        let queue = WorkQueue<String>(observer: observer, time: time)
        queue.add("a")
        queue.add("a")
        time.advance(by: .seconds(3))
        #expect(await queue.next() == "a")
        time.advance(by: .seconds(5))
        queue.add("a")
        #expect(queue.unfinishedWork == UnfinishedWork(total: .seconds(5), longest: .seconds(5)))
        time.advance(by: .seconds(2))
        queue.done("a")
        queue.done("a")
        #expect(queue.unfinishedWork == UnfinishedWork(total: .zero, longest: .zero))
        #expect(await queue.next() == "a")
        #expect(
            observer.all == ["added", "taken after 3", "added", "done after 7", "taken after 2"]
        )
    }

    @Test("hears of retries, and of keys whose time has come")
    func retries() async {
        let queue = WorkQueue<String>(
            backoff: Backoff(base: .seconds(1), maximum: .seconds(9)),
            observer: observer,
            time: time
        )
        queue.addRateLimited("a")
        await time.untilSleeping(for: .seconds(1))
        #expect(observer.all == ["retried"])
        time.advance(by: .seconds(1))
        #expect(await queue.next() == "a")
        #expect(observer.all == ["retried", "added", "taken after 0"])
    }
}
