import JSON

/// JSON texts: one that parses, written and parsed again, is the same value; and what is read over is checked as all is.
enum JSONCheck {
    static let limits = JSONLimits(maximumDepth: 64, maximumBytes: 1 << 20)

    static func run(_ input: [UInt8]) {
        let value = parse(input)
        let omitting = try? JSONValue(parsing: input, limits: limits, omitting: omissions)
        FuzzTarget.require((value == nil) == (omitting == nil), "omissions change what is left, not what is accepted")
        for left in [value, omitting].compactMap(\.self) { checkWriting(of: left) }
    }

    private static let omissions = JSONOmissions([["metadata", "name"], ["spec"], ["a"]])

    static func parse(_ input: some Collection<UInt8>) -> JSONValue? {
        try? JSONValue(parsing: Array(input), limits: limits)
    }

    static func checkWriting(of value: JSONValue) {
        for style in [JSONValue.Style.compact, .pretty] {
            let again = try? JSONValue(parsing: value.serialized(style))
            FuzzTarget.require(again == value, "a value written and parsed is the same")
        }
    }
}

/// A document and a patch, with a byte between them that occurs in no JSON text.
///
/// Whatever a patch does, its result is a value like any other, and a difference leads from one value to the other.
enum JSONPatchCheck {
    static func run(_ input: [UInt8]) {
        let parts = input.split(separator: 0xFF, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let document = JSONCheck.parse(parts[0]), let patch = JSONCheck.parse(parts[1]) else {
            return
        }
        JSONCheck.checkWriting(of: JSONMergePatch.apply(patch, to: document))
        if let operations = try? JSONPatch(decoding: patch),
            let result = try? operations.applied(to: document, limits: JSONCheck.limits)
        {
            JSONCheck.checkWriting(of: result)
        }
        let difference = JSONPatch.difference(from: document, to: patch)
        FuzzTarget.require(
            (try? difference.applied(to: document)) == patch,
            "a difference leads from one value to the other"
        )
    }
}
