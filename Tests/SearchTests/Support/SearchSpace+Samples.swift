@testable import Search

extension SearchSpace {
    /// A space of one parameter, `x`.
    static func single(_ domain: Domain) throws -> SearchSpace {
        try SearchSpace([ParameterDomain(name: "x", domain: domain)])
    }

    /// Every kind of domain that a grid can walk.
    static func enumerable() throws -> SearchSpace {
        try SearchSpace([
            ParameterDomain(name: "layers", domain: .int(min: -1, max: 3)),
            ParameterDomain(name: "units", domain: .int(min: 16, max: 64, step: 16)),
            ParameterDomain(name: "dropout", domain: .float(min: 0, max: 0.3, step: 0.1)),
            ParameterDomain(name: "width", domain: .int(min: 1, max: 4, scale: .log)),
            ParameterDomain(name: "optimizer", domain: .categorical(["sgd", "adam", ""])),
        ])
    }

    /// The same, and continuous ranges.
    static func mixed() throws -> SearchSpace {
        try SearchSpace(
            enumerable().parameters + [
                ParameterDomain(name: "momentum", domain: .float(min: 0, max: 1)),
                ParameterDomain(name: "rate", domain: .float(min: 1e-5, max: 1e-1, scale: .log)),
            ]
        )
    }

    /// The same, and laws without bounds.
    static func everyKind() throws -> SearchSpace {
        try SearchSpace(
            mixed().parameters + [
                ParameterDomain(name: "offset", domain: .normal(mean: -2, stdDev: 3)),
                ParameterDomain(name: "offset-in-steps", domain: .normal(mean: 0.5, stdDev: 1, step: 0.1)),
                ParameterDomain(name: "gain", domain: .normal(mean: 0, stdDev: 1, scale: .log)),
                ParameterDomain(name: "shift", domain: .intNormal(mean: 10.5, stdDev: 6, step: 3)),
                ParameterDomain(name: "size", domain: .intNormal(mean: 1, stdDev: 1, scale: .log)),
            ]
        )
    }

    /// Whether a trial given these values would find each among those its parameter allows.
    func allows(_ assignment: Assignment) -> Bool {
        guard assignment.values.count == parameters.count else { return false }
        return zip(parameters, assignment.values).allSatisfy { $0.domain.allows($1) }
    }
}

extension UnitSpace {
    /// The space of parameters with these domains.
    static func of(_ domains: [Domain]) throws -> UnitSpace {
        UnitSpace(try SearchSpace(domains.enumerated().map { ParameterDomain(name: "p\($0)", domain: $1) }))
    }
}

extension Domain {
    /// Whether a text is one of the domain's values: inside, and on the step.
    func allows(_ text: String) -> Bool {
        switch self {
        case .float(let min, let max, _, let step):
            guard let value = Double(text), (min...max).contains(value), value.description == text else { return false }
            guard let step else { return true }
            let steps = (value - min) / step
            return abs(steps - steps.rounded()) < 1e-9
        case .int(let min, let max, _, let step):
            guard let value = Int64(text), (min...max).contains(value), String(value) == text else { return false }
            return UInt64(bitPattern: value &- min) % UInt64(step) == 0
        case .categorical(let choices):
            return choices.contains { $0.utf8.elementsEqual(text.utf8) }
        case .normal(let mean, let stdDev, let scale, let step):
            guard let value = Double(text), value.isFinite, value.description == text else { return false }
            guard scale == .linear else { return value > 0 }
            guard abs(value - mean) <= 8.3 * stdDev + (step ?? 0) else { return false }
            return step.map { abs(value / $0 - (value / $0).rounded()) < 1e-9 } ?? true
        case .intNormal(_, _, let scale, let step):
            guard let value = Int64(text), String(value) == text else { return false }
            return scale == .log ? value >= 1 : value % step == 0
        }
    }
}
