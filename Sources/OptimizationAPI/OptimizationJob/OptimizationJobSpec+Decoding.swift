import JSON

extension OptimizationJobSpec {
    /// Reads a spec that `Validation` has found sound, defaults filled in.
    ///
    /// - Returns: `nil` for anything else; what exactly is wrong is `Validation`'s to say.
    init?(decoding value: JSONValue) {
        guard let objectives = OptimizationJobSpec.all(value["objectives"], Objective.init(decoding:)),
            let searchAlgorithm = SearchAlgorithm(decoding: value["searchAlgorithm"] ?? .null),
            let parameters = OptimizationJobSpec.all(value["parameters"], Parameter.init(decoding:)),
            let numTrials = value["numTrials"]?.int64Value.flatMap(Int.init(exactly:)),
            let parallelTrials = value["parallelTrials"]?.int64Value.flatMap(Int.init(exactly:)),
            let trainJobTemplate = TrainJobTemplate(decoding: value["trainJobTemplate"] ?? .null)
        else { return nil }
        self.init(
            objectives: objectives,
            searchAlgorithm: searchAlgorithm,
            parameters: parameters,
            numTrials: numTrials,
            parallelTrials: parallelTrials,
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
        self.init(metric: metric, direction: direction)
    }
}

extension SearchAlgorithm {
    init?(decoding value: JSONValue) {
        if let random = value["random"], !random.isNull {
            self = .random(seed: random["seed"]?.int64Value)
        } else if let grid = value["grid"], !grid.isNull {
            self = .grid
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
            guard let range = NumericRange(decoding: range) else { return nil }
            self = .logUniform(range)
        } else if let choices = value["categorical"]?["choices"]?.arrayValue {
            self = .categorical(choices: choices.compactMap(\.stringValue))
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
        self.init(min: min, max: max, type: type)
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
