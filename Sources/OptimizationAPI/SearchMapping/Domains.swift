public import Search

extension SearchSpaceSpec {
    /// A number that does not fit its type, or cannot be read at all.
    struct UnreadableNumber: Error, Hashable, CustomStringConvertible {
        /// Words that follow the parameter's name.
        var description: String { "has numbers that are none of its type" }
    }

    /// The values a sampler chooses from.
    var domain: Domain {
        get throws(UnreadableNumber) {
            switch self {
            case .uniform(let range): try range.domain(scale: .linear)
            case .logUniform(let range): try range.domain(scale: .log)
            case .categorical(let choices): .categorical(choices)
            case .normal(let distribution): try distribution.domain(scale: .linear)
            case .logNormal(let distribution): try distribution.domain(scale: .log)
            }
        }
    }
}

extension NumericRange {
    /// - Throws: When a number cannot be read or does not fit the type.
    func domain(scale: Domain.Scale) throws(SearchSpaceSpec.UnreadableNumber) -> Domain {
        guard let low = DecimalText(min), let high = DecimalText(max) else { throw SearchSpaceSpec.UnreadableNumber() }
        var interval: DecimalText?
        if scale == .linear, let step {
            guard let number = DecimalText(step) else { throw SearchSpaceSpec.UnreadableNumber() }
            interval = number
        }
        switch type {
        case .float:
            guard let low = low.double, let high = high.double else { throw SearchSpaceSpec.UnreadableNumber() }
            guard let interval else { return .float(min: low, max: high, scale: scale) }
            guard let step = interval.double else { throw SearchSpaceSpec.UnreadableNumber() }
            return .float(min: low, max: high, scale: scale, step: step)
        case .int:
            guard let low = low.int64, let high = high.int64 else { throw SearchSpaceSpec.UnreadableNumber() }
            guard let interval else { return .int(min: low, max: high, scale: scale) }
            guard let step = interval.int64 else { throw SearchSpaceSpec.UnreadableNumber() }
            return .int(min: low, max: high, scale: scale, step: step)
        }
    }
}

extension NormalDistribution {
    /// - Throws: When a number cannot be read or does not fit the type.
    func domain(scale: Domain.Scale) throws(SearchSpaceSpec.UnreadableNumber) -> Domain {
        guard let mean = DecimalText(mean)?.double, let deviation = DecimalText(stdDev)?.double else {
            throw SearchSpaceSpec.UnreadableNumber()
        }
        var interval: DecimalText?
        if scale == .linear, let step {
            guard let number = DecimalText(step) else { throw SearchSpaceSpec.UnreadableNumber() }
            interval = number
        }
        switch type {
        case .float:
            guard let interval else { return .normal(mean: mean, stdDev: deviation, scale: scale) }
            guard let step = interval.double else { throw SearchSpaceSpec.UnreadableNumber() }
            return .normal(mean: mean, stdDev: deviation, scale: scale, step: step)
        case .int:
            guard let interval else { return .intNormal(mean: mean, stdDev: deviation, scale: scale) }
            guard let step = interval.int64 else { throw SearchSpaceSpec.UnreadableNumber() }
            return .intNormal(mean: mean, stdDev: deviation, scale: scale, step: step)
        }
    }
}

extension OptimizationJobSpec {
    /// The parameters as samplers see them.
    ///
    /// - Throws: The first parameter whose numbers are none of its type, or that holds no value.
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
