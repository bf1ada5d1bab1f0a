import JSON
import Testing

@Suite("A JSON Merge Patch")
struct MergePatchTests {
    /// RFC 7386 Appendix A.
    static let examples: [(original: String, patch: String, result: String)] = [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
        (#"{"a":"foo"}"#, #"null"#, #"null"#),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ]

    @Test("gives the results of RFC 7386's examples", arguments: examples)
    func apply(_ original: String, _ patch: String, _ result: String) throws {
        let target = try JSONValue(parsing: original)
        #expect(JSONMergePatch.apply(try JSONValue(parsing: patch), to: target).description == result)
    }

    @Test("says only what changes")
    func narrow() {
        let from: JSONValue = ["a": 1, "b": ["c": 2, "d": 3], "e": [1, 2]]
        let to: JSONValue = ["a": 1, "b": ["c": 2, "x": 4], "e": [1]]
        #expect(JSONMergePatch.difference(from: from, to: to) == ["b": ["d": nil, "x": 4], "e": [1]])
        #expect(JSONMergePatch.difference(from: from, to: from) == [:])
    }

    @Test("always leads from one to the other, where null is not a member", arguments: 0..<60 as Range<UInt64>)
    func property(_ seed: UInt64) {
        var random = RandomJSON(seed: seed, allowsNull: false)
        for _ in 0..<40 {
            let from = random.value()
            let to = random.mutated(from)
            let patch = JSONMergePatch.difference(from: from, to: to)
            #expect(JSONMergePatch.apply(patch, to: from) == to, "from \(from) by \(patch)")
        }
    }
}
