import Testing

@testable import Kubernetes

@Suite("Events that belong together")
struct EventCorrelatorTests {
    private func event(_ note: String, reason: String = "TrialFailed", object: String = "job") -> ObjectEvent {
        ObjectEvent(
            .warning,
            regarding: ObjectReference(apiVersion: "v1", kind: "Thing", namespace: "ns", name: object, uid: "u"),
            reason: reason,
            action: "RunTrial",
            note: note
        )
    }

    @Test("are counted, until six minutes without one")
    func series() {
        var correlator = EventCorrelator()
        #expect(correlator.decide(on: event("a"), at: .zero).count == 1)
        #expect(correlator.decide(on: event("a"), at: .seconds(359)).count == 2)
        #expect(correlator.decide(on: event("a"), at: .seconds(700)).count == 3)
        let later = correlator.decide(on: event("a"), at: .seconds(1060))
        #expect(later.count == 1 && later.isFirst)
    }

    @Test("are not those about another object, reason or kind of words")
    func different() {
        var correlator = EventCorrelator()
        for event in [event("a"), event("b"), event("a", reason: "Other"), event("a", object: "other")] {
            #expect(correlator.decide(on: event, at: .zero).isFirst)
        }
    }

    @Test("are combined when they differ only in their words, from the eleventh on")
    func aggregate() {
        var correlator = EventCorrelator()
        for number in 0..<10 {
            #expect(correlator.decide(on: event("\(number)"), at: .zero).event.note == "\(number)")
        }
        let eleventh = correlator.decide(on: event("10"), at: .seconds(1))
        #expect(eleventh.event.note == "(combined from similar events): 10" && eleventh.isFirst)
        let twelfth = correlator.decide(on: event("11"), at: .seconds(2))
        #expect(twelfth.key == eleventh.key && twelfth.count == 2)
        // One of the first ten is still itself.
        #expect(correlator.decide(on: event("3"), at: .seconds(3)).count == 2)
        // After ten minutes of quiet, words count again.
        #expect(correlator.decide(on: event("12"), at: .seconds(603)).event.note == "12")
    }

    @Test("are held back after 25 writes at once, and one more is allowed every five minutes")
    func limit() {
        var correlator = EventCorrelator()
        let held = (0..<40).map { _ in correlator.decide(on: event("a"), at: .zero).isHeldBack }
        #expect(held == Array(repeating: false, count: 25) + Array(repeating: true, count: 15))
        #expect(correlator.decide(on: event("a"), at: .seconds(299)).isHeldBack)
        let later = correlator.decide(on: event("a"), at: .seconds(301))
        #expect(!later.isHeldBack && later.count == 42)
        #expect(correlator.decide(on: event("a"), at: .seconds(302)).isHeldBack)
    }

    @Test("never keep an event of another reason from being told")
    func importance() {
        var correlator = EventCorrelator()
        for number in 0..<1000 { _ = correlator.decide(on: event("\(number)"), at: .zero) }
        #expect(!correlator.decide(on: event("done", reason: "Complete"), at: .zero).isHeldBack)
    }

    @Test("take a bounded memory, that of what happened last")
    func memory() {
        var map = RecentMap<Int, Int>(capacity: 100)
        for number in 0..<10_000 {
            map[number] = number
            _ = map[0]
        }
        #expect(map.count <= 100)
        #expect(map[9_999] == 9_999 && map[0] == 0 && map[5_000] == nil)
    }
}
