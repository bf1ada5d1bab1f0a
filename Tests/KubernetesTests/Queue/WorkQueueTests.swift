import Synchronization
import Testing

@testable import Kubernetes

@Suite("A work queue", .timeLimit(.minutes(1)))
struct WorkQueueTests {
    @Test("gives keys in the order they were added, each once")
    func order() async {
        let queue = WorkQueue<String>()
        for key in ["a", "b", "a", "c", "b"] { queue.add(key) }
        #expect(queue.count == 3)
        #expect(await queue.next() == "a")
        #expect(await queue.next() == "b")
        #expect(await queue.next() == "c")
        #expect(queue.count == 0)
        #expect(queue.processingCount == 3)
    }

    @Test("gives a key that was added while a worker had it once more, after that worker is done")
    func again() async {
        let queue = WorkQueue<String>()
        queue.add("a")
        #expect(await queue.next() == "a")
        queue.add("a")
        queue.add("a")
        queue.add("b")
        #expect(await queue.next() == "b")
        #expect(queue.count == 0)
        queue.done("a")
        #expect(queue.count == 1)
        #expect(await queue.next() == "a")
        queue.done("a")
        queue.done("a")
        queue.done("never added")
        #expect(queue.count == 0)
    }

    @Test("hands a key to the worker that waits longest")
    func waiting() async {
        let queue = WorkQueue<Int>()
        let first = Task { await queue.next() }
        while queue.waiterCount < 1 { await Task.yield() }
        let second = Task { await queue.next() }
        while queue.waiterCount < 2 { await Task.yield() }
        queue.add(1)
        queue.add(2)
        #expect(await first.value == 1)
        #expect(await second.value == 2)
    }

    @Test("lets a worker go when its task is cancelled, and loses no key by it")
    func cancelled() async {
        let queue = WorkQueue<Int>()
        let task = Task { await queue.next() }
        while queue.waiterCount < 1 { await Task.yield() }
        task.cancel()
        #expect(await task.value == nil)
        #expect(queue.waiterCount == 0)
        queue.add(1)
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await queue.next()
        }
        #expect(await late.value == nil)
        #expect(await queue.next() == 1)
    }

    @Test("shut down, gives what waits and then nothing, and takes nothing more")
    func shutDown() async {
        let time = ManualTime()
        let queue = WorkQueue<String>(time: time)
        queue.add("a")
        queue.add("b")
        queue.add("later", after: .seconds(1))
        #expect(await queue.next() == "a")
        queue.add("a")
        queue.shutDown()
        queue.add("c")
        queue.add("d", after: .seconds(1))
        #expect(queue.delayedCount == 0)
        #expect(await queue.next() == "b")
        // "a" was added before, while a worker had it: that worker's end makes it come again.
        let last = Task { await queue.next() }
        while queue.waiterCount < 1 { await Task.yield() }
        queue.done("a")
        #expect(await last.value == "a")
        queue.done("a")
        #expect(await queue.next() == nil)
    }

    @Test("shut down, lets all waiting workers go")
    func shutDownWaiting() async {
        let queue = WorkQueue<Int>()
        let workers = (0..<3).map { _ in Task { await queue.next() } }
        while queue.waiterCount < 3 { await Task.yield() }
        queue.shutDown()
        for worker in workers { #expect(await worker.value == nil) }
    }

    @Test("adds a key later, at the earliest moment it was given")
    func delayed() async {
        let time = ManualTime()
        let queue = WorkQueue<String>(time: time)
        queue.add("a", after: .seconds(10))
        queue.add("b", after: .seconds(5))
        queue.add("a", after: .seconds(2))
        queue.add("a", after: .seconds(20))
        #expect(queue.delayedCount == 2)
        await time.untilSleepers { $0 == [.seconds(2)] }
        time.advance(by: .seconds(2))
        #expect(await queue.next() == "a")
        #expect(queue.delayedCount == 1)
        await time.untilSleepers { $0 == [.seconds(3)] }
        time.advance(by: .seconds(3))
        #expect(await queue.next() == "b")
        #expect(queue.delayedCount == 0)
        queue.add("now", after: .zero)
        #expect(await queue.next() == "now")
    }

    @Test("adds keys that are due together in the order they came")
    func together() async {
        let time = ManualTime()
        let queue = WorkQueue<Int>(time: time)
        for key in 0..<50 { queue.add(key, after: .seconds(1)) }
        await time.untilSleepers { $0 == [.seconds(1)] }
        time.advance(by: .seconds(1))
        for key in 0..<50 { #expect(await queue.next() == key) }
    }

    @Test("waits ever longer for a key that fails, until it is forgotten")
    func rateLimited() async {
        let time = ManualTime()
        let queue = WorkQueue<String>(time: time)
        for delay in [5, 10, 20, 40] {
            queue.addRateLimited("a")
            await time.untilSleepers { $0 == [.milliseconds(delay)] }
            time.advance(by: .milliseconds(delay))
            #expect(await queue.next() == "a")
            queue.done("a")
        }
        #expect(queue.failures(of: "a") == 4)
        queue.forget("a")
        #expect(queue.failures(of: "a") == 0)
        queue.addRateLimited("a")
        await time.untilSleepers { $0 == [.milliseconds(5)] }
    }

    @Test("takes delayed keys out in the order of their times", arguments: 0..<20)
    func heap(seed: Int) {
        var delayed = DelayedKeys<Int>()
        var expected: [Int: Duration] = [:]
        var number = UInt64(seed)
        for _ in 0..<300 {
            number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = Int(number >> 33) % 100
            let due = Duration.milliseconds(Int(number >> 40) % 1000)
            let isEarlier = expected[key].map { due < $0 } ?? true
            let isChanged = delayed.insert(key, at: due)
            #expect(isChanged == isEarlier)
            if isEarlier { expected[key] = due }
            if number % 7 == 0 {
                let now = Duration.milliseconds(Int(number >> 20) % 300)
                let keys = delayed.removeDue(at: now)
                #expect(Set(keys) == Set(expected.filter { $0.value <= now }.keys))
                #expect(keys.compactMap { expected[$0] } == keys.compactMap { expected[$0] }.sorted())
                for key in keys { expected[key] = nil }
            }
            #expect(delayed.count == expected.count)
            #expect(delayed.earliest == expected.values.min())
        }
    }

    @Test("never gives a key to two workers, and forgets none, under load")
    func load() async {
        let queue = WorkQueue<Int>()
        let work = (0..<40).map { _ in Work() }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    while let key = await queue.next() {
                        work[key].begin()
                        await Task.yield()
                        work[key].end()
                        queue.done(key)
                    }
                }
            }
            group.addTask {
                await withTaskGroup(of: Void.self) { producers in
                    for producer in 0..<4 {
                        producers.addTask {
                            for round in 0..<500 {
                                let key = (round * 7 + producer * 11) % 40
                                work[key].want()
                                queue.add(key)
                                if round % 16 == 0 { await Task.yield() }
                            }
                        }
                    }
                }
                queue.shutDown()
            }
        }
        for work in work {
            #expect(work.mostWorkers == 1)
            // Whatever was wanted before the last addition of a key was seen by a worker after it.
            #expect(work.seen == work.wanted)
            #expect(work.wanted > 0)
        }
    }
}

/// The work of one key, shared by tasks.
private final class Work: Sendable {
    private let state = Mutex<(wanted: Int, taken: Int, seen: Int, workers: Int, most: Int)>((0, 0, 0, 0, 0))

    var wanted: Int { state.withLock { $0.wanted } }
    var seen: Int { state.withLock { $0.seen } }
    var mostWorkers: Int { state.withLock { $0.most } }

    func want() { state.withLock { $0.wanted += 1 } }

    func begin() {
        state.withLock { state in
            state.workers += 1
            state.most = max(state.most, state.workers)
            state.taken = state.wanted
        }
    }

    func end() {
        state.withLock { state in
            state.workers -= 1
            state.seen = state.taken
        }
    }
}
