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
        guard let domain = NumericRange.domain(type, from: low, to: high, step: interval, scale) else {
            throw SearchSpaceSpec.UnreadableNumber()
        }
        return domain
    }

    /// The values of a range whose numbers have been read.
    ///
    /// - Returns: `nil` when a number does not fit the type.
    static func domain(
        _ type: NumberType,
        from min: DecimalText,
        to max: DecimalText,
        step: DecimalText?,
        _ scale: Domain.Scale
    ) -> Domain? {
        switch type {
        case .float:
            guard let low = min.double, let high = max.double else { return nil }
            guard let step else { return .float(min: low, max: high, scale: scale) }
            return step.double.map { .float(min: low, max: high, scale: scale, step: $0) }
        case .int:
            guard let low = min.int64, let high = max.int64 else { return nil }
            guard let step else { return .int(min: low, max: high, scale: scale) }
            return step.int64.map { .int(min: low, max: high, scale: scale, step: $0) }
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
