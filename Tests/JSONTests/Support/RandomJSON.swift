import JSON

/// Makes values from a small vocabulary, so that two of them often share names, elements and whole subtrees.
struct RandomJSON {
    var generator: SeededGenerator
    /// Whether `null` may occur; a merge patch cannot express it as a member.
    var allowsNull = true

    init(seed: UInt64, allowsNull: Bool = true) {
        generator = SeededGenerator(seed: seed)
        self.allowsNull = allowsNull
    }

    private static let names = [
        "a", "b", "c", "name", "a/b", "m~n", "", "é", "e\u{301}", "0", "-", "lastTransitionTime",
    ]
    private static let strings = [
        "", "a", "0", "\u{0}\u{1F}\"\\/\n", "ünïcödé \u{1F600}", "a long enough string to live on the heap",
    ]
    private static let numbers = ["0", "-0", "1", "1.0", "1e0", "-7.25", "9223372036854775808", "1E-999", "10"]

    mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 5), using: &generator) {
        case 0: return allowsNull ? .null : false
        case 1: return .bool(Bool.random(using: &generator))
        case 2, 3: return pick(Self.numbers).flatMap { JSONNumber(text: $0) }.map(JSONValue.number) ?? .null
        case 4: return .string(pick(Self.strings) ?? "")
        case 5, 6, 7: return object(depth: depth)
        default: return .array((0..<Int.random(in: 0...6, using: &generator)).map { _ in value(depth: depth - 1) })
        }
    }

    mutating func object(depth: Int) -> JSONValue {
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            object[pick(Self.names) ?? ""] = value(depth: depth - 1)
        }
        return .object(object)
    }

    /// The value with a few things changed somewhere within.
    mutating func mutated(_ original: JSONValue, depth: Int = 4) -> JSONValue {
        guard Int.random(in: 0..<5, using: &generator) > 0 else { return value(depth: depth) }
        switch original {
        case .array(var elements):
            guard !elements.isEmpty else { return value(depth: depth) }
            let index = Int.random(in: elements.indices, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: elements.remove(at: index)
            case 1: elements.insert(value(depth: depth - 1), at: index)
            case 2: elements.swapAt(index, 0)
            default: elements[index] = mutated(elements[index], depth: depth - 1)
            }
            return .array(elements)
        case .object(var object):
            guard let name = object.keys.randomElement(using: &generator), let old = object[name] else {
                return value(depth: depth)
            }
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: object[name] = nil
            case 1: object[pick(Self.names) ?? ""] = value(depth: depth - 1)
            default: object[name] = mutated(old, depth: depth - 1)
            }
            return .object(object)
        default:
            return value(depth: depth)
        }
    }

    private mutating func pick(_ choices: [String]) -> String? {
        choices.randomElement(using: &generator)
    }
}
