import JSON
import Search

/// A range of numbers with its bounds as written: exact until a sampler needs a Double.
public struct NumericRange: Sendable, Hashable {
    /// What values a range holds.
    public enum NumberType: String, Sendable, Hashable, CaseIterable {
        /// Whole numbers.
        case int = "Int"
        /// Real numbers; the default.
        case float = "Float"
    }

    /// The lowest value, in the grammar of `DecimalText`.
    public var min: String
    /// The highest value, in the same grammar.
    public var max: String
    /// Whole or real numbers.
    public var type: NumberType

    /// Makes a range; its bounds are checked when a domain is made of it.
    public init(min: String, max: String, type: NumberType = .float) {
        self.min = min
        self.max = max
        self.type = type
    }

    /// The range as a spec carries it.
    public var json: JSONValue {
        ["min": .string(min), "max": .string(max), "type": .string(type.rawValue)]
    }

    /// The values a sampler chooses from.
    ///
    /// - Returns: `nil` when a bound is no number, does not fit the type, or an Int bound has a fraction.
    func domain(scale: Domain.Scale) -> Domain? {
        guard let low = DecimalText(min), let high = DecimalText(max) else { return nil }
        return NumericRange.domain(from: low, to: high, type, scale)
    }

    /// The same for bounds that have been read already.
    static func domain(
        from low: DecimalText,
        to high: DecimalText,
        _ type: NumberType,
        _ scale: Domain.Scale
    ) -> Domain? {
        switch type {
        case .float:
            guard let low = low.double, let high = high.double else { return nil }
            return .float(min: low, max: high, scale: scale)
        case .int:
            guard let low = low.int64, let high = high.int64 else { return nil }
            return .int(min: low, max: high, scale: scale)
        }
    }
}

/// The values a parameter can take, as a spec says it.
public enum SearchSpaceSpec: Sendable, Hashable {
    /// Equal differences are equally likely.
    case uniform(NumericRange)
    /// Equal ratios are equally likely.
    case logUniform(NumericRange)
    /// One of several texts.
    case categorical(choices: [String])

    /// The values a sampler chooses from; `nil` when a bound is no number of its type.
    public var domain: Domain? {
        switch self {
        case .uniform(let range): range.domain(scale: .linear)
        case .logUniform(let range): range.domain(scale: .log)
        case .categorical(let choices): .categorical(choices)
        }
    }

    /// The search space as a spec carries it.
    public var json: JSONValue {
        switch self {
        case .uniform(let range): ["uniform": range.json]
        case .logUniform(let range): ["logUniform": range.json]
        case .categorical(let choices): ["categorical": ["choices": .array(choices.map { .string($0) })]]
        }
    }
}

/// One thing a job tunes.
public struct Parameter: Sendable, Hashable {
    /// The name; trials receive the value as `TrialEnvironment.variable(for:)` of it.
    public var name: String
    /// The values it can take.
    public var searchSpace: SearchSpaceSpec

    /// Makes a parameter.
    public init(name: String, searchSpace: SearchSpaceSpec) {
        self.name = name
        self.searchSpace = searchSpace
    }

    /// The parameter as a spec carries it.
    public var json: JSONValue {
        ["name": .string(name), "searchSpace": searchSpace.json]
    }
}
