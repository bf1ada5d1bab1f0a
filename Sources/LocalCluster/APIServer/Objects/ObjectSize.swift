import JSON
import Kubernetes

/// The bounds on what is stored.
enum ObjectSize {
    /// The largest request and the largest object, as the API server has it.
    static let maximumBytes = 3 << 20
    /// The deepest nesting; under what the parser takes, so that everything stored can be read again.
    static let maximumDepth = 256

    /// Whether a tree fits.
    ///
    /// Values are shared when they are copied, so a patch of a few bytes can make a tree of terabytes or one that is
    /// millions of levels deep. The walk gives up as soon as a bound is passed, so it costs no more than what fits.
    static func check(_ value: JSONValue) throws(Status) {
        var budget = maximumBytes
        guard fits(value, depth: 1, budget: &budget) else {
            // Within the budget, it is the depth that made it give up.
            guard budget < 0 else {
                throw .badRequest("objects may be nested \(maximumDepth) deep, and this one is deeper")
            }
            throw .tooLarge
        }
    }

    private static func fits(_ value: JSONValue, depth: Int, budget: inout Int) -> Bool {
        guard depth <= maximumDepth else { return false }
        switch value {
        case .null, .bool: budget -= 4
        case .number(let number): budget -= number.text.utf8.count
        case .string(let text): budget -= text.utf8.count + 2
        case .array(let elements):
            budget -= 2
            for element in elements {
                budget -= 1
                guard budget >= 0, fits(element, depth: depth + 1, budget: &budget) else { return false }
            }
        case .object(let members):
            budget -= 2
            for (key, member) in members {
                budget -= key.utf8.count + 4
                guard budget >= 0, fits(member, depth: depth + 1, budget: &budget) else { return false }
            }
        }
        return budget >= 0
    }
}
