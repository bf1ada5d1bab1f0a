import JSON
import Testing

@Suite("The difference of two values")
struct PatchDifferenceTests {
    static let cases: [(from: String, to: String, patch: String)] = [
        (#"{"a":1}"#, #"{"a":1.0}"#, "[]"),
        (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, "[]"),
        (
            #"{"a":1}"#, #"{"a":1,"c":3,"b":2}"#,
            #"[{"op":"add","path":"/c","value":3},{"op":"add","path":"/b","value":2}]"#
        ),
        (
            #"{"spec":{"a":1,"b":{"c":2}}}"#, #"{"spec":{"b":{"c":3}}}"#,
            #"[{"op":"remove","path":"/spec/a"},{"op":"replace","path":"/spec/b/c","value":3}]"#
        ),
        (#"{"a":[1,2,3]}"#, #"{"a":[1,2,3,4]}"#, #"[{"op":"add","path":"/a/3","value":4}]"#),
        (#"[1,2,3]"#, #"[0,1,2,3]"#, #"[{"op":"add","path":"/0","value":0}]"#),
        (#"[1,2,3,4]"#, #"[2,3,4,5]"#, #"[{"op":"remove","path":"/0"},{"op":"add","path":"/3","value":5}]"#),
        (#"[1,2,3]"#, #"[1,3]"#, #"[{"op":"remove","path":"/1"}]"#),
        (#"[1,1,1]"#, #"[1]"#, #"[{"op":"remove","path":"/1"},{"op":"remove","path":"/1"}]"#),
        (
            #"[{"n":"a","v":1},{"n":"b","v":2},{"n":"c"}]"#, #"[{"n":"a","v":9},{"n":"b","v":2},{"n":"c"}]"#,
            #"[{"op":"replace","path":"/0/v","value":9}]"#
        ),
        (
            #"[{"n":"a","v":1},{"n":"b"},{"n":"c","v":3}]"#, #"[{"n":"a","v":2},{"n":"b"},{"n":"c","v":4},{"n":"d"}]"#,
            #"[{"op":"replace","path":"/0/v","value":2},{"op":"replace","path":"/2/v","value":4},"#
                + #"{"op":"add","path":"/3","value":{"n":"d"}}]"#
        ),
        (#"{"a":{}}"#, #"{"a":[]}"#, #"[{"op":"replace","path":"/a","value":[]}]"#),
        (#"1"#, #""x""#, #"[{"op":"replace","path":"","value":"x"}]"#),
        (#"{"a/b":{"m~n":1}}"#, #"{"a/b":{"m~n":2}}"#, #"[{"op":"replace","path":"/a~1b/m~0n","value":2}]"#),
        (#"{"a":null}"#, #"{}"#, #"[{"op":"remove","path":"/a"}]"#),
        (#"{}"#, #"{"a":null}"#, #"[{"op":"add","path":"/a","value":null}]"#),
    ]

    @Test("is as narrow as the change", arguments: cases)
    func narrow(_ from: String, _ to: String, _ patch: String) throws {
        let difference = JSONPatch.difference(from: try JSONValue(parsing: from), to: try JSONValue(parsing: to))
        #expect(difference.json.description == patch)
        #expect(try difference.applied(to: try JSONValue(parsing: from)) == JSONValue(parsing: to))
    }

    @Test("always leads from one to the other", arguments: 0..<60 as Range<UInt64>)
    func property(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<40 {
            let from = random.value()
            var to = random.mutated(from)
            if Bool.random(using: &random.generator) { to = random.mutated(to) }
            let patch = JSONPatch.difference(from: from, to: to)
            let applied = try patch.applied(to: from)
            #expect(applied == to, "from \(from) by \(patch.json)")
            #expect(patch.isEmpty == (from == to))
            #expect(try JSONPatch(decoding: patch.json) == patch)
            #expect(JSONPatch.difference(from: applied, to: to).isEmpty)
        }
    }

    @Test("of unrelated values leads there too", arguments: 1000..<1040 as Range<UInt64>)
    func unrelated(_ seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        for _ in 0..<20 {
            let (from, to) = (random.value(), random.value())
            #expect(try JSONPatch.difference(from: from, to: to).applied(to: from) == to)
        }
    }

    @Test("of long arrays is found in bounded time, and still right", .timeLimit(.minutes(1)))
    func longArrays() throws {
        let from = JSONValue.array((0..<20_000).map { .integer($0) })
        let to = JSONValue.array((0..<20_000).reversed().map { .integer($0) })
        let patch = JSONPatch.difference(from: from, to: to)
        #expect(try patch.applied(to: from) == to)
        let inserted = JSONValue.array(
            (0..<10_000).map { .integer($0) } + ["new"] + (10_000..<20_000).map { .integer($0) }
        )
        #expect(
            JSONPatch.difference(from: from, to: inserted)
                == JSONPatch([.add(path: JSONPointer("10000"), value: "new")])
        )
    }

    @Test("replaces as a whole what changed below 64 levels")
    func deep() throws {
        func nested(_ leaf: JSONValue, _ depth: Int) -> JSONValue {
            (0..<depth).reduce(leaf) { value, _ in ["a": value, "b": 1] }
        }
        let (from, to) = (nested(1, 100), nested(2, 100))
        let patch = JSONPatch.difference(from: from, to: to)
        #expect(patch.operations.count == 1)
        #expect(patch.operations.first?.path.tokens.count == 64)
        #expect(try patch.applied(to: from) == to)
    }
}
