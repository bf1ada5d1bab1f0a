import Search
import Testing

@Suite("An assignment")
struct AssignmentTests {
    @Test("is equal only to the very same bytes")
    func exactEquality() {
        let composed = Assignment(values: ["\u{E9}"])
        let decomposed = Assignment(values: ["e\u{301}"])
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
    }

    @Test("keeps its values apart")
    func boundaries() {
        #expect(Assignment(values: ["a", "b"]) != Assignment(values: ["ab", ""]))
        #expect(Assignment(values: ["a"]) != Assignment(values: ["a", ""]))
    }
}

@Suite("A trial history")
struct TrialHistoryTests {
    @Test("continues after the highest number, in whatever order trials come")
    func nextIndex() {
        let trial = { (index: Int) in
            PastTrial(index: index, assignment: Assignment(values: []), state: .failed)
        }
        #expect(TrialHistory().nextIndex == 0)
        #expect(TrialHistory([trial(3), trial(0)]).nextIndex == 4)
        #expect(TrialHistory([trial(-7)]).nextIndex == 0)
        #expect(TrialHistory([trial(.max)]).nextIndex == .max)
    }
}
