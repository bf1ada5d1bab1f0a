import JSON

/// What values a numeric distribution gives.
public enum NumberType: String, Sendable, Hashable, CaseIterable {
    /// Whole numbers that fit a signed 64-bit integer.
    case int = "Int"
    /// Real numbers; the default.
    case float = "Float"
}

/// A range of numbers with its bounds as written: exact until a sampler needs a Double.
public struct NumericRange: Sendable, Hashable {
    /// The lowest value, in the grammar of `DecimalText`.
    public var min: String
    /// The highest value, in the same grammar.
    public var max: String
    /// Whole or real numbers.
    public var type: NumberType
    /// How far apart values are, counted from `min`; above 0, in the same grammar. `nil` for 1 of type Int and no
    /// distance of type Float. A logarithmic range has none.
    public var step: String?

    /// Makes a range; its numbers are checked when a domain is made of it.
    public init(min: String, max: String, type: NumberType = .float, step: String? = nil) {
        self.min = min
        self.max = max
        self.type = type
        self.step = step
    }

    /// The range as a spec carries it.
    public var json: JSONValue {
        var object: JSONObject = ["min": .string(min), "max": .string(max), "type": .string(type.rawValue)]
        if let step { object["step"] = .string(step) }
        return .object(object)
    }
}

/// A normal distribution, with its numbers as written.
///
/// As `logNormal` it is that of the natural logarithm of the value.
public struct NormalDistribution: Sendable, Hashable {
    /// The mean, in the grammar of `DecimalText`.
    public var mean: String
    /// The standard deviation, above 0, in the same grammar.
    public var stdDev: String
    /// Whole numbers, drawn as real ones and rounded to the nearest, or real numbers.
    public var type: NumberType
    /// Values are rounded to the nearest multiple of it; above 0, in the same grammar. `nil` for 1 of type Int and no
    /// rounding of type Float. As `logNormal` there is none.
    public var step: String?

    /// Makes a distribution; its numbers are checked when a domain is made of it.
    public init(mean: String, stdDev: String, type: NumberType = .float, step: String? = nil) {
        self.mean = mean
        self.stdDev = stdDev
        self.type = type
        self.step = step
    }

    /// The distribution as a spec carries it.
    public var json: JSONValue {
        var object: JSONObject = ["mean": .string(mean), "stdDev": .string(stdDev), "type": .string(type.rawValue)]
        if let step { object["step"] = .string(step) }
        return .object(object)
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
    /// Values near the mean are likelier.
    case normal(NormalDistribution)
    /// Values above 0, whose logarithm is normal; of type Int, at least 1.
    case logNormal(NormalDistribution)

    /// The search space as a spec carries it.
    public var json: JSONValue {
        switch self {
        case .uniform(let range): ["uniform": range.json]
        case .logUniform(let range): ["logUniform": range.json]
        case .categorical(let choices): ["categorical": ["choices": .array(choices.map { .string($0) })]]
        case .normal(let distribution): ["normal": distribution.json]
        case .logNormal(let distribution): ["logNormal": distribution.json]
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
