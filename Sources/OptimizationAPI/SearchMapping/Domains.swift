public import Search

extension SearchSpaceSpec {
    /// Why no domain can be made of a search space, in words that follow the parameter's name.
    enum Problem: Error, Hashable {
        /// A number does not fit its type, or cannot be read at all.
        case unreadable
        /// No sampler can draw from it in this version.
        case unsupported(distribution: String)

        var description: String {
            switch self {
            case .unreadable: "has bounds that are no numbers of its type"
            case .unsupported(let distribution):
                "is \(distribution), which is not in this version of the program; use uniform, logUniform or categorical"
            }
        }
    }

    /// The values a sampler chooses from.
    var domain: Domain {
        get throws(Problem) {
            switch self {
            case .uniform(let range): try range.domain(scale: .linear)
            case .logUniform(let range): try range.domain(scale: .log)
            case .categorical(let choices): .categorical(choices)
            case .normal: throw .unsupported(distribution: "normal")
            case .logNormal: throw .unsupported(distribution: "logNormal")
            }
        }
    }
}

extension NumericRange {
    /// - Throws: When a number cannot be read or does not fit the type.
    func domain(scale: Domain.Scale) throws(SearchSpaceSpec.Problem) -> Domain {
        guard let low = DecimalText(min), let high = DecimalText(max) else { throw .unreadable }
        var interval: DecimalText?
        if scale == .linear, let step {
            guard let number = DecimalText(step) else { throw .unreadable }
            interval = number
        }
        switch type {
        case .float:
            guard let low = low.double, let high = high.double else { throw .unreadable }
            guard let interval else { return .float(min: low, max: high, scale: scale) }
            guard let step = interval.double else { throw .unreadable }
            return .float(min: low, max: high, scale: scale, step: step)
        case .int:
            guard let low = low.int64, let high = high.int64 else { throw .unreadable }
            guard let interval else { return .int(min: low, max: high, scale: scale) }
            guard let step = interval.int64 else { throw .unreadable }
            return .int(min: low, max: high, scale: scale, step: step)
        }
    }
}

extension OptimizationJobSpec {
    /// The parameters as samplers see them.
    ///
    /// - Throws: The first parameter whose numbers are none of its type, that holds no value, or that has a distribution
    ///   no sampler of this version can draw from.
    public var searchSpace: SearchSpace {
        get throws(SearchSpaceError) {
            var domains: [ParameterDomain] = []
            domains.reserveCapacity(parameters.count)
            for parameter in parameters {
                do {
                    domains.append(ParameterDomain(name: parameter.name, domain: try parameter.searchSpace.domain))
                } catch {
                    throw SearchSpaceError(parameter: parameter.name, problem: error.description)
                }
            }
            return try SearchSpace(domains)
        }
    }
}
