import JSON

/// Objects with one thing about them changed: what careless or hostile input looks like.
enum Mutations {
    private static let replacements: [JSONValue] = [
        nil, true, 0, -1, 1.5, "", "x", [], [:], [nil], [[:]], ["name": nil], 99_999_999_999, "1e400",
    ]

    /// `value` with every part of it replaced in turn by everything it should not be, or removed.
    static func all(of value: JSONValue) -> [JSONValue] {
        var mutants = replacements
        switch value {
        case .object(let object):
            for (key, member) in object {
                for mutant in all(of: member) {
                    var changed = object
                    changed[key] = mutant
                    mutants.append(.object(changed))
                }
                var removed = object
                removed[key] = nil
                mutants.append(.object(removed))
            }
        case .array(let list):
            for (index, element) in list.enumerated() {
                for mutant in all(of: element) {
                    var changed = list
                    changed[index] = mutant
                    mutants.append(.array(changed))
                }
            }
            mutants.append(.array(list + list))
        default:
            break
        }
        return mutants
    }
}
