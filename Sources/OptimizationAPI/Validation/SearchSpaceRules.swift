import JSON
import Search

/// Rules on the values of one parameter.
enum SearchSpaceRules {
    private static let members = Members("uniform", "logUniform", "categorical", "normal", "logNormal")
    private static let uniformMembers = Members("min", "max", "type", "step")
    private static let logUniformMembers = Members("min", "max", "type")
    private static let categoricalMembers = Members("choices")

    /// A search space nothing is wrong with.
    struct Checked {
        /// The distribution: the field that is set.
        let field: String
        /// Its values; `nil` for those that have no ends.
        let range: Domain?

        /// Whether a grid can walk it.
        var isEnumerable: Bool {
            switch range {
            case nil, .float(_, _, _, step: nil): false
            default: true
            }
        }
    }

    /// - Returns: The values, when nothing is wrong.
    static func check(_ searchSpace: JSONObject, _ findings: inout Findings) -> Checked? {
        let before = findings.errors.count
        findings.checkMembers(of: searchSpace, members)
        var checked: Checked?
        for (field, scale) in [("uniform", Domain.Scale.linear), ("logUniform", .log)] {
            guard let range = findings.object(field, in: searchSpace) else { continue }
            findings.at(field) { findings in
                checked = checkRange(range, scale, &findings).map { Checked(field: field, range: $0) }
            }
        }
        if let categorical = findings.object("categorical", in: searchSpace) {
            findings.at("categorical") { findings in
                checked = checkChoices(categorical, &findings).map { Checked(field: "categorical", range: $0) }
            }
        }
        for field in ["normal", "logNormal"] {
            guard let distribution = findings.object(field, in: searchSpace) else { continue }
            findings.at(field) { NormalRules.check(distribution, isLogarithm: field == "logNormal", &$0) }
            checked = Checked(field: field, range: nil)
        }
        findings.checkExactlyOne(of: members, in: searchSpace)
        return findings.errors.count == before ? checked : nil
    }

    private static func checkRange(_ range: JSONObject, _ scale: Domain.Scale, _ findings: inout Findings) -> Domain? {
        let isLinear = scale == .linear
        findings.checkMembers(of: range, isLinear ? uniformMembers : logUniformMembers)
        // Without a type, only the grammar of the numbers can be checked.
        let type = findings.numberType(in: range)
        let min = findings.number("min", in: range, type)
        let max = findings.number("max", in: range, type)
        let before = findings.errors.count
        let step = isLinear ? findings.positiveNumber("step", in: range, required: false, type) : nil
        let isStepSound = findings.errors.count == before
        guard let type, let min else { return nil }
        if scale == .log, min.double ?? 0 <= 0 {
            let problem = "min must be strictly greater than 0" + min.underflowNote
            findings.add(at: "min", .invalid, .string(min.text), problem)
            return nil
        }
        guard let max else { return nil }
        let bounds = NumericRange(min: min.text, max: max.text, type: type, step: step?.text)
        guard let domain = NumericRange.domain(type, from: min, to: max, step: step, scale) else { return nil }
        let note = min.underflowNote + max.underflowNote
        guard check(domain, bounds, noting: note, &findings), isStepSound else { return nil }
        return domain
    }

    /// Rules between bounds and step.
    ///
    /// - Parameter note: What is special about the bounds.
    private static func check(
        _ domain: Domain,
        _ bounds: NumericRange,
        noting note: String,
        _ findings: inout Findings
    ) -> Bool {
        let isOrdered: Bool
        let fits: Bool
        switch domain {
        case .float(let low, let high, _, _):
            isOrdered = low < high
            fits = (high - low).isFinite
        case .int(let low, let high, _, _):
            // The CustomResourceDefinition can only compare bounds as Doubles, and both judge alike.
            isOrdered = Double(low) < Double(high)
            fits = !high.subtractingReportingOverflow(low).overflow
        default:
            return true
        }
        guard isOrdered else {
            var reason = "min must be strictly less than max (\(bounds.max))" + note
            if case .int(let low, let high, _, _) = domain, low < high {
                reason += " by more than a 64-bit floating-point number tells apart: the two are compared as such"
            }
            findings.add(at: "min", .invalid, .string(bounds.min), reason)
            return false
        }
        guard fits else {
            findings.add(
                at: "max",
                .invalid,
                .string(bounds.max),
                "max - min must fit a \(bounds.type == .int ? "signed 64-bit integer" : "64-bit floating-point number")"
            )
            return false
        }
        return StepRules.check(domain, bounds, &findings)
    }

    private static func checkChoices(_ categorical: JSONObject, _ findings: inout Findings) -> Domain? {
        findings.checkMembers(of: categorical, categoricalMembers)
        guard let choices = findings.list("choices", in: categorical, required: true, count: Limits.choices) else {
            return nil
        }
        var texts: [String] = []
        texts.reserveCapacity(choices.count)
        findings.at("choices") { findings in
            var seen = DistinctValues()
            for (index, value) in choices.enumerated() {
                guard let text = findings.string(at: index, value, length: Limits.choiceLength) else { continue }
                guard !text.utf8.contains(0) else {
                    findings.at(index) {
                        $0.add(.invalid, value, "must not contain the NUL character, as no variable can")
                    }
                    continue
                }
                if seen.insert(value) {
                    texts.append(text)
                } else {
                    findings.at(index) { $0.add(.duplicate, value) }
                }
            }
        }
        return texts.count == choices.count ? .categorical(texts) : nil
    }
}

/// Rules on the step of a range.
private enum StepRules {
    static func check(_ domain: Domain, _ bounds: NumericRange, _ findings: inout Findings) -> Bool {
        guard let step = bounds.step else { return true }
        let isTooLong: Bool
        let reachesMax: Bool
        switch domain {
        case .int(let low, let high, _, let step):
            let width = high - low  // fits: checked before
            isTooLong = step > width
            reachesMax = width % step == 0
        case .float(let low, let high, _, let step?):
            let count = (high - low) / step
            // Bounds and steps are decimal fractions, so the quotient of Doubles may miss a whole number by some roundings.
            let tolerance = 1e-9 * max(1, count)
            isTooLong = count < 1 - tolerance
            reachesMax = (count - count.rounded()).magnitude <= tolerance
        default:
            return true
        }
        if isTooLong {
            findings.add(
                at: "step",
                .invalid,
                .string(step),
                "step must be at most max - min, or min would be the only value"
            )
            return false
        }
        guard (try? SearchSpace([ParameterDomain(name: "", domain: domain)])) != nil else {
            findings.add(at: "step", .invalid, .string(step), "step is too small for this range; leave it out")
            return false
        }
        if !reachesMax {
            findings.warn("\(findings.path.key("step")): steps of \(step) from \(bounds.min) do not end at max")
        }
        return true
    }
}

/// Rules on normal distributions.
private enum NormalRules {
    private static let members = Members("mean", "stdDev", "type", "step")
    private static let logarithmMembers = Members("mean", "stdDev", "type")
    /// How far values must fit their type, in standard deviations: samplers go a little over 8 away from the mean.
    private static let reach = 9.0
    /// The same for logarithms, whose tails are out of all proportion: samplers keep to the largest value there.
    private static let logarithmReach = 3.0

    /// - Parameter isLogarithm: Whether it is the value's logarithm that is normal.
    static func check(_ distribution: JSONObject, isLogarithm: Bool, _ findings: inout Findings) {
        findings.checkMembers(of: distribution, isLogarithm ? logarithmMembers : members)
        let type = findings.numberType(in: distribution)
        // Mean and deviation need not be whole for whole values.
        let mean = findings.number("mean", in: distribution, .float)
        let stdDev = findings.positiveNumber("stdDev", in: distribution, required: true, .float)
        let step = isLogarithm ? nil : findings.positiveNumber("step", in: distribution, required: false, type)
        guard let type, let mean = mean?.double, let stdDev, let deviation = stdDev.double else { return }
        let reach = isLogarithm ? logarithmReach : reach
        // Logarithms far below 0 only mean values near 0.
        let largest = (isLogarithm ? mean : mean.magnitude) + reach * deviation
        let limit: Double =
            switch (type, isLogarithm) {
            case (.float, false): .greatestFiniteMagnitude
            case (.int, false): 0x1p63
            // The natural logarithms of those.
            case (.float, true): 709.78
            case (.int, true): 43.66
            }
        guard largest <= limit else {
            findings.add(
                at: "stdDev",
                .invalid,
                .string(stdDev.text),
                "values within \(Int(reach)) standard deviations of the mean must fit "
                    + (type == .int ? "a signed 64-bit integer" : "a 64-bit floating-point number")
            )
            return
        }
        if type == .float, let step, let width = step.double, largest / width >= 0x1p51 {
            findings.add(
                at: "step",
                .invalid,
                .string(step.text),
                "step is too small for this distribution; leave it out"
            )
            return
        }
        let scale: Domain.Scale = isLogarithm ? .log : .linear
        let domain: Domain =
            switch type {
            case .float: .normal(mean: mean, stdDev: deviation, scale: scale, step: step?.double)
            case .int: .intNormal(mean: mean, stdDev: deviation, scale: scale, step: step?.int64 ?? 1)
            }
        if let value = domain.usualValue {
            findings.warn("\(findings.path): nearly every value is \(value), so there is hardly anything to search")
        }
    }
}
