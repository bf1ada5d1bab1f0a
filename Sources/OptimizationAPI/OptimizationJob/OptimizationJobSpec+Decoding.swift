import JSON

extension OptimizationJobSpec {
    /// Reads a spec that `Validation` has found sound, defaults filled in.
    ///
    /// - Returns: `nil` for anything else; what exactly is wrong is `Validation`'s to say.
    init?(decoding value: JSONValue) {
        guard let objectives = OptimizationJobSpec.all(value["objectives"], Objective.init(decoding:)),
            let searchAlgorithm = SearchAlgorithm(decoding: value["searchAlgorithm"] ?? .null),
            let parameters = OptimizationJobSpec.all(value["parameters"], Parameter.init(decoding:)),
            let numTrials = value["numTrials"]?.intValue,
            let parallelTrials = value["parallelTrials"]?.intValue,
            let trainJobTemplate = TrainJobTemplate(decoding: value["trainJobTemplate"] ?? .null)
        else { return nil }
        var pruneAlgorithm: PruneAlgorithm?
        if let pruning = value["pruneAlgorithm"], !pruning.isNull {
            pruneAlgorithm = PruneAlgorithm(decoding: pruning)
            guard pruneAlgorithm != nil else { return nil }
        }
        self.init(
            objectives: objectives,
            searchAlgorithm: searchAlgorithm,
            parameters: parameters,
            numTrials: numTrials,
            parallelTrials: parallelTrials,
            maxFailedTrials: value["maxFailedTrials"]?.intValue,
            warmStartFrom: (value["warmStartFrom"]?.arrayValue ?? []).compactMap(\.stringValue),
            pruneAlgorithm: pruneAlgorithm,
            isSuspended: value["suspend"]?.boolValue ?? false,
            managedBy: value["managedBy"]?.stringValue,
            ttlSecondsAfterFinished: value["ttlSecondsAfterFinished"]?.intValue,
            trialRetention: value["trialRetention"]?.stringValue.flatMap(TrialRetention.init(rawValue:)) ?? .all,
            trainJobTemplate: trainJobTemplate
        )
    }

    private static func all<Element>(_ list: JSONValue?, _ decode: (JSONValue) -> Element?) -> [Element]? {
        guard let list = list?.arrayValue else { return nil }
        let elements = list.compactMap(decode)
        return elements.count == list.count ? elements : nil
    }
}

extension Objective {
    init?(decoding value: JSONValue) {
        guard let metric = value["metric"]?.stringValue,
            let direction = value["direction"]?.stringValue.flatMap(Direction.init(rawValue:))
        else { return nil }
        self.init(metric: metric, direction: direction, goal: value["goal"]?.stringValue)
    }
}

extension SearchAlgorithm {
    init?(decoding value: JSONValue) {
        let settings = { (name: String) -> JSONValue? in
            guard let settings = value[name], !settings.isNull else { return nil }
            return settings
        }
        if let random = settings("random") {
            self = .random(seed: random["seed"]?.int64Value)
        } else if settings("grid") != nil {
            self = .grid
        } else if let sobol = settings("sobol") {
            self = .sobol(seed: sobol["seed"]?.int64Value)
        } else if let tpe = settings("tpe") {
            self = .tpe(
                seed: tpe["seed"]?.int64Value,
                startupTrials: tpe["startupTrials"]?.intValue ?? Defaults.tpeStartupTrials,
                candidates: tpe["candidates"]?.intValue ?? Defaults.tpeCandidates
            )
        } else if let cmaes = settings("cmaes") {
            self = .cmaes(
                seed: cmaes["seed"]?.int64Value,
                startupTrials: cmaes["startupTrials"]?.intValue ?? Defaults.cmaesStartupTrials,
                sigma: cmaes["sigma"]?.stringValue
            )
        } else if let gp = settings("gp") {
            self = .gp(
                seed: gp["seed"]?.int64Value,
                startupTrials: gp["startupTrials"]?.intValue ?? Defaults.gpStartupTrials
            )
        } else if let auto = settings("auto") {
            self = .auto(seed: auto["seed"]?.int64Value)
        } else {
            return nil
        }
    }
}

extension PruneAlgorithm {
    init?(decoding value: JSONValue) {
        if let medianStop = value["medianStop"], !medianStop.isNull {
            self = .medianStop(
                startupTrials: medianStop["startupTrials"]?.intValue ?? Defaults.medianStopStartupTrials,
                startupSteps: medianStop["startupSteps"]?.int64Value ?? Defaults.medianStopStartupSteps
            )
        } else if let asha = value["asha"], !asha.isNull {
            self = .asha(
                reductionFactor: asha["reductionFactor"]?.intValue ?? Defaults.ashaReductionFactor,
                minProgress: asha["minProgress"]?.int64Value
            )
        } else if let hyperband = value["hyperband"], !hyperband.isNull {
            self = .hyperband(
                reductionFactor: hyperband["reductionFactor"]?.intValue ?? Defaults.hyperbandReductionFactor,
                minProgress: hyperband["minProgress"]?.int64Value,
                maxProgress: hyperband["maxProgress"]?.int64Value
            )
        } else {
            return nil
        }
    }
}

extension Parameter {
    init?(decoding value: JSONValue) {
        guard let name = value["name"]?.stringValue,
            let searchSpace = SearchSpaceSpec(decoding: value["searchSpace"] ?? .null)
        else { return nil }
        self.init(name: name, searchSpace: searchSpace)
    }
}

extension SearchSpaceSpec {
    init?(decoding value: JSONValue) {
        if let range = value["uniform"], !range.isNull {
            guard let range = NumericRange(decoding: range) else { return nil }
            self = .uniform(range)
        } else if let range = value["logUniform"], !range.isNull {
            guard var range = NumericRange(decoding: range) else { return nil }
            range.step = nil
            self = .logUniform(range)
        } else if let choices = value["categorical"]?["choices"]?.arrayValue {
            self = .categorical(choices: choices.compactMap(\.stringValue))
        } else if let distribution = value["normal"], !distribution.isNull {
            guard let distribution = NormalDistribution(decoding: distribution) else { return nil }
            self = .normal(distribution)
        } else if let distribution = value["logNormal"], !distribution.isNull {
            guard var distribution = NormalDistribution(decoding: distribution) else { return nil }
            distribution.step = nil
            self = .logNormal(distribution)
        } else {
            return nil
        }
    }
}

extension NumericRange {
    init?(decoding value: JSONValue) {
        guard let min = value["min"]?.stringValue, let max = value["max"]?.stringValue,
            let type = value["type"]?.stringValue.flatMap(NumberType.init(rawValue:))
        else { return nil }
        self.init(min: min, max: max, type: type, step: value["step"]?.stringValue)
    }
}

extension NormalDistribution {
    init?(decoding value: JSONValue) {
        guard let mean = value["mean"]?.stringValue, let stdDev = value["stdDev"]?.stringValue,
            let type = value["type"]?.stringValue.flatMap(NumberType.init(rawValue:))
        else { return nil }
        self.init(mean: mean, stdDev: stdDev, type: type, step: value["step"]?.stringValue)
    }
}

extension TrainJobTemplate {
    init?(decoding value: JSONValue) {
        guard let spec = value["spec"], spec.objectValue != nil else { return nil }
        func map(_ key: String) -> [String: String] {
            var entries: [String: String] = [:]
            for (key, value) in value["metadata"]?[key]?.objectValue ?? [:] {
                entries[key] = value.stringValue
            }
            return entries
        }
        self.init(labels: map("labels"), annotations: map("annotations"), spec: spec)
    }
}

extension JSONValue {
    /// The whole number here, where it fits an `Int`.
    var intValue: Int? { int64Value.flatMap(Int.init(exactly:)) }
}
