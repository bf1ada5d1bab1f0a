/// A parameter and the values it can take.
public struct ParameterDomain: Sendable, Hashable {
    /// The parameter's name, as its owner writes it.
    public let name: String
    /// The values it can take.
    public let domain: Domain

    /// Names a domain; whether it makes sense is checked when it joins a `SearchSpace`.
    public init(name: String, domain: Domain) {
        self.name = name
        self.domain = domain
    }
}

/// Why parameters do not make a search space.
public struct SearchSpaceError: Error, Hashable, CustomStringConvertible {
    /// The parameter at fault.
    public let parameter: String
    /// What it lacks, worded to follow its name: `needs min at most max`.
    public let problem: String

    /// Names a parameter and its problem.
    public init(parameter: String, problem: String) {
        self.parameter = parameter
        self.problem = problem
    }

    /// A sentence for people.
    public var description: String { "parameter \"\(parameter)\" \(problem)" }
}

/// The parameters of a job with the values each can take, in the job's order.
///
/// A space that exists is sound: every range holds a value, bounds are finite, names differ. Samplers rely on it.
public struct SearchSpace: Sendable, Hashable {
    /// The parameters; an `Assignment` lists its values in the same order.
    public let parameters: [ParameterDomain]

    /// Checks every parameter.
    ///
    /// - Throws: The first parameter that has no values, bounds that are no numbers, or a name already taken.
    public init(_ parameters: [ParameterDomain]) throws(SearchSpaceError) {
        var names: Set<ExactText> = []
        for parameter in parameters {
            guard names.insert(ExactText(text: parameter.name)).inserted else {
                throw SearchSpaceError(parameter: parameter.name, problem: "is declared twice")
            }
            if let problem = parameter.domain.problem {
                throw SearchSpaceError(parameter: parameter.name, problem: problem)
            }
        }
        self.parameters = parameters
    }

    /// Whether the space has finitely many points a grid can walk: no parameter is a continuous range.
    ///
    /// Every Double range is finite in principle; without a step it counts as continuous.
    public var isEnumerable: Bool {
        parameters.allSatisfy { $0.domain.lastPoint != nil }
    }

    /// How many points a full grid has.
    ///
    /// - Returns: `nil` when a parameter is continuous (see `isEnumerable`) or there are more than `Int.max` points.
    public var gridSize: Int? {
        var size = 1
        for parameter in parameters {
            guard let last = parameter.domain.lastPoint, let last = Int(exactly: last) else { return nil }
            let (count, countOverflow) = last.addingReportingOverflow(1)
            let (product, productOverflow) = size.multipliedReportingOverflow(by: count)
            guard !countOverflow, !productOverflow else { return nil }
            size = product
        }
        return size
    }

    /// The decimal logarithm of the number of points, which may be more than `gridSize` can say; infinite when a parameter
    /// is continuous.
    public var decimalExponentOfSize: Double {
        parameters.reduce(0) { sum, parameter in
            guard let last = parameter.domain.lastPoint else { return .infinity }
            return sum + ElementaryFunctions.log(Double(last) + 1) / ElementaryFunctions.log(10)
        }
    }
}
