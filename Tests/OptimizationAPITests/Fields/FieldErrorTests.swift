import JSON
import OptimizationAPI
import Testing

@Suite("A field path and an error at it")
struct FieldErrorTests {
    @Test("are written as Kubernetes writes them, and as JSON Pointer does")
    func paths() {
        let path = FieldPath("spec", "parameters").index(2).key("name")
        #expect(path.description == "spec.parameters[2].name")
        #expect(path.jsonPointer.description == "/spec/parameters/2/name")
        #expect(FieldPath().description == "")
        #expect(FieldPath().jsonPointer.description == "")
        let label = FieldPath("metadata", "labels").key("a.b/c~d")
        #expect(label.description == "metadata.labels[a.b/c~d]")
        #expect(label.jsonPointer.description == "/metadata/labels/a.b~1c~0d")
    }

    @Test(
        "say what is wrong in Kubernetes' words",
        arguments: [
            (.required, nil, "", "a: Required value"),
            (.required, nil, "x is needed", "a: Required value: x is needed"),
            (.invalid, "x", "must be y", #"a: Invalid value: "x": must be y"#),
            (.invalid, 5, "too many", "a: Invalid value: 5: too many"),
            (.invalid, nil, "must be y", "a: Invalid value: must be y"),
            (.duplicate, ["name": "lr"], "", #"a: Duplicate value: {"name":"lr"}"#),
            (.notSupported, "Up", "supported values: \"A\"", #"a: Unsupported value: "Up": supported values: "A""#),
            (.tooLong, "long", "may not be more than 2 bytes", "a: Too long: may not be more than 2 bytes"),
            (.tooMany, 3, "must have at most 1 item", "a: Too many: 3: must have at most 1 item"),
            (.forbidden, true, "not now", "a: Forbidden: not now"),
        ] as [(FieldError.Reason, JSONValue?, String, String)]
    )
    func wording(reason: FieldError.Reason, value: JSONValue?, detail: String, expected: String) {
        let error = FieldError(path: FieldPath("a"), reason: reason, value: value, detail: detail)
        #expect(error.description == expected)
        #expect("a: " + error.message == expected)
    }

    @Test("show no control character as it is, and no huge value whole")
    func values() {
        let nasty = FieldError(path: FieldPath("a"), reason: .invalid, value: "\"\\\n\u{1B}[2J\u{202E}é", detail: "bad")
        #expect(nasty.message == #"Invalid value: "\"\\\n\x1b[2J\u202eé": bad"#)
        let huge = FieldError(
            path: FieldPath("a"),
            reason: .invalid,
            value: .string(String(repeating: "x", count: 99_999))
        )
        #expect(huge.message.count < 1100)
    }

    @Test("are listed together as an API server lists them")
    func several() {
        let error = FieldError(path: FieldPath("a"), reason: .required)
        #expect(FieldErrors([error]).description == "a: Required value")
        #expect(FieldErrors([error, error]).description == "[a: Required value, a: Required value]")
    }
}
