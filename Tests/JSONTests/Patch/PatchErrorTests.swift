import JSON
import Testing

@Suite("A JSON Patch that cannot be applied")
struct PatchErrorTests {
    static let document: JSONValue = ["spec": ["name": "x", "list": [1, 2], "deep": ["a": ["b": 1]]]]

    static let cases: [(patch: String, message: String)] = [
        (
            #"[{"op":"replace","path":"/nope/x","value":1}]"#,
            #"operation 0 (replace "/nope/x"): "/nope" does not exist"#
        ),
        (
            #"[{"op":"remove","path":"/spec/deep/a/c"}]"#,
            #"operation 0 (remove "/spec/deep/a/c"): "/spec/deep/a/c" does not exist"#
        ),
        (
            #"[{"op":"test","path":"/spec/name","value":"x"},{"op":"test","path":"/spec/list/0","value":"1"}]"#,
            #"operation 1 (test "/spec/list/0"): expected "1", found 1"#
        ),
        (
            #"[{"op":"test","path":"/spec/list","value":[1]}]"#,
            #"operation 0 (test "/spec/list"): expected an array of 1, found an array of 2"#
        ),
        (
            #"[{"op":"add","path":"/spec/list/3","value":1}]"#,
            #"operation 0 (add "/spec/list/3"): index 3 is out of range: the array at "/spec/list" has 2 elements"#
        ),
        (
            #"[{"op":"replace","path":"/spec/list/-","value":1}]"#,
            #"operation 0 (replace "/spec/list/-"): index - is out of range: the array at "/spec/list" has 2 elements"#
        ),
        (
            #"[{"op":"add","path":"/spec/list/01","value":1}]"#,
            #"operation 0 (add "/spec/list/01"): "01" is not an index, and "/spec/list" is an array"#
        ),
        (
            #"[{"op":"add","path":"/spec/name/x","value":1}]"#,
            #"operation 0 (add "/spec/name/x"): "/spec/name" is a string, which has no members"#
        ),
        (
            #"[{"op":"move","from":"/spec","path":"/spec/deep/x"}]"#,
            #"operation 0 (move "/spec/deep/x"): a value cannot be moved into itself"#
        ),
        (#"[{"op":"remove","path":""}]"#, #"operation 0 (remove ""): the whole document cannot be removed"#),
        (#"{}"#, "JSON patch: expected an array of operations, found an object"),
        (#"[{"op":"add","path":"/a"}]"#, #"operation 0: member "value" is missing, which add needs"#),
        (#"[{"path":"/a"}]"#, #"operation 0: member "op" is missing"#),
        (
            #"[{"op":"spam","path":"/a"}]"#,
            #"operation 0: unknown op "spam"; expected add, remove, replace, move, copy or test"#
        ),
        (#"[{"op":"remove","path":1}]"#, #"operation 0: member "path" must be a string, not a number"#),
        (#"[{"op":"copy","path":"/a"}]"#, #"operation 0: member "from" is missing"#),
        (
            #"[{"op":"remove","path":"a"}]"#,
            #"operation 0: member "path": JSON pointer "a" must be empty or start with '/'"#
        ),
        ("[7]", "operation 0: expected an operation object, found a number"),
    ]

    @Test("says which operation failed, where and why", arguments: cases)
    func message(_ patch: String, _ message: String) throws {
        let json = try JSONValue(parsing: patch)
        let error = #expect(throws: JSONPatchError.self) { try JSONPatch(decoding: json).applied(to: Self.document) }
        #expect(error?.description == message)
    }

    @Test("leaves the document as it was")
    func atomic() throws {
        let document = Self.document
        let patch = JSONPatch([
            .remove(path: JSONPointer("spec", "name")), .add(path: JSONPointer("spec", "list", "0"), value: 0),
            .replace(path: JSONPointer("spec", "deep", "a", "b"), value: 2),
            .test(path: JSONPointer("spec", "list", "0"), value: 1),
        ])
        #expect(throws: JSONPatchError.self) { try patch.applied(to: document) }
        #expect(document.description == #"{"spec":{"name":"x","list":[1,2],"deep":{"a":{"b":1}}}}"#)
    }

    @Test("is stopped when copies grow without bound", .timeLimit(.minutes(1)))
    func copyBomb() {
        let doubling = JSONPatch.Operation.copy(from: JSONPointer("a"), path: JSONPointer("a", "-"))
        let document: JSONValue = ["a": ["0123456789"]]
        let limits = JSONLimits(maximumDepth: 100, maximumBytes: 1 << 20)
        let error = #expect(throws: JSONPatchError.self) {
            try JSONPatch(Array(repeating: doubling, count: 64)).applied(to: document, limits: limits)
        }
        #expect(error?.reason == .tooLarge(maximumBytes: 1 << 20))
        #expect(throws: JSONPatchError.self) {
            try JSONPatch(Array(repeating: doubling, count: 64)).applied(to: document)
        }
    }

    @Test("is stopped when the result would nest too deep")
    func depth() throws {
        let limits = JSONLimits(maximumDepth: 4)
        let add = JSONPatch([.add(path: JSONPointer("a", "b"), value: [[[]]])])
        let error = #expect(throws: JSONPatchError.self) { try add.applied(to: ["a": [:]], limits: limits) }
        #expect(error?.reason == .tooDeep(maximum: 4))
        #expect(
            try JSONPatch([.add(path: JSONPointer("a", "b"), value: [[]])]).applied(to: ["a": [:]], limits: limits)
                == ["a": ["b": [[]]]]
        )
        let move = JSONPatch([.move(from: JSONPointer("x"), path: JSONPointer("a", "x"))])
        #expect(throws: JSONPatchError.self) { try move.applied(to: ["a": [:], "x": [[[]]]], limits: limits) }
    }

    @Test("has at most 10,000 operations")
    func operationCount() {
        let operation: JSONValue = ["op": "test", "path": "", "value": 1]
        #expect(throws: Never.self) { try JSONPatch(decoding: .array(Array(repeating: operation, count: 10_000))) }
        let error = #expect(throws: JSONPatchError.self) {
            try JSONPatch(decoding: .array(Array(repeating: operation, count: 10_001)))
        }
        #expect(error?.reason == .tooManyOperations(maximum: 10_000))
    }
}
