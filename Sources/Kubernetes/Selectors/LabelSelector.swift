/// Chooses objects by their labels: `a=b,c!=d,e in (x,y),f notin (z),g,!h`. All requirements must hold.
public struct LabelSelector: Hashable, Sendable, CustomStringConvertible {
    /// What must hold; nothing chooses everything.
    public var requirements: [Requirement]

    /// One thing that must hold.
    public struct Requirement: Hashable, Sendable, CustomStringConvertible {
        /// The label's key.
        public var key: String
        /// What must hold for the label.
        public var condition: Condition

        /// Makes a requirement.
        public init(key: String, condition: Condition) {
            self.key = key
            self.condition = condition
        }

        /// What can be asked of a label.
        public enum Condition: Hashable, Sendable {
            /// It is there with this value: `key=value`.
            case equals(String)
            /// It is not there, or has another value: `key!=value`.
            case notEquals(String)
            /// It is there with one of these values: `key in (a,b)`.
            case isIn([String])
            /// It is not there, or has none of these values: `key notin (a,b)`.
            case notIn([String])
            /// It is there: `key`.
            case exists
            /// It is not there: `!key`.
            case doesNotExist
            /// It is there and is an integer above this: `key>1`.
            case greaterThan(Int64)
            /// It is there and is an integer below this: `key<1`.
            case lessThan(Int64)
        }

        /// Whether it holds for some labels.
        public func matches(_ labels: [String: String]) -> Bool {
            let value = labels[key]
            return switch condition {
            case .equals(let wanted): value == wanted
            case .notEquals(let unwanted): value != unwanted
            case .isIn(let wanted): value.map(wanted.contains) ?? false
            case .notIn(let unwanted): value.map { !unwanted.contains($0) } ?? true
            case .exists: value != nil
            case .doesNotExist: value == nil
            case .greaterThan(let bound): value.flatMap { Int64($0) }.map { $0 > bound } ?? false
            case .lessThan(let bound): value.flatMap { Int64($0) }.map { $0 < bound } ?? false
            }
        }

        /// As it is written in a selector.
        public var description: String {
            switch condition {
            case .equals(let value): "\(key)=\(value)"
            case .notEquals(let value): "\(key)!=\(value)"
            case .isIn(let values): "\(key) in (\(values.sorted().joined(separator: ",")))"
            case .notIn(let values): "\(key) notin (\(values.sorted().joined(separator: ",")))"
            case .exists: key
            case .doesNotExist: "!\(key)"
            case .greaterThan(let bound): "\(key)>\(bound)"
            case .lessThan(let bound): "\(key)<\(bound)"
            }
        }
    }

    /// A selector for what meets all requirements.
    public init(_ requirements: [Requirement] = []) {
        self.requirements = requirements
    }

    /// A selector for objects that carry these labels.
    public init(matching labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map { Requirement(key: $0.key, condition: .equals($0.value)) }
    }

    /// Reads a selector.
    ///
    /// - Throws: `SelectorError` in the words of an API server.
    public init(parsing text: String) throws(SelectorError) {
        var parser = LabelSelectorParser(text)
        requirements = try parser.parse()
    }

    /// Whether an object with these labels is chosen.
    public func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.matches(labels) }
    }

    /// As it is written in a query.
    public var description: String {
        requirements.map(\.description).joined(separator: ",")
    }
}

/// Why a selector cannot be read.
public struct SelectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in the words of an API server.
    public let description: String

    /// Makes the error.
    public init(_ description: String) {
        self.description = description
    }
}
