import JSON

/// Fills in what an OptimizationJob leaves out, as its CustomResourceDefinition does, and spells words as the API does:
/// `direction: minimize` as `Minimize`, `type: int` as `Int`.
///
/// Pure and lenient: what has an unexpected type, or no place to go, is left as it is for validation to name. Doing it
/// twice changes nothing more.
public enum Defaulting {
    /// The changes as a JSON Patch, as narrow as they are: an object that needs nothing gets an empty patch.
    ///
    /// A member that is `null` counts as absent, as it does for an API server that defaults a field.
    public static func patch(for object: JSONValue) -> JSONPatch {
        var draft = Draft()
        guard let spec = object["spec"], spec.objectValue != nil else { return JSONPatch() }
        draft.descend("spec") { draft in
            draft.fill("searchAlgorithm", of: spec, with: ["random": [:]])
            defaultAlgorithms(in: spec, &draft)
            draft.fill("numTrials", of: spec, with: 1)
            draft.fill("parallelTrials", of: spec, with: 1)
            defaultDirections(in: spec, &draft)
            defaultNumberTypes(in: spec, &draft)
            draft.spell("trialRetention", of: spec, as: TrialRetention.self)
            defaultRuntimeRef(in: spec, &draft)
        }
        return JSONPatch(draft.operations)
    }

    /// The object with the changes made.
    public static func apply(to object: JSONValue) -> JSONValue {
        let patch = patch(for: object)
        guard !patch.operations.isEmpty else { return object }
        // Every operation adds to an object that was just looked at, so none can fail to apply.
        return (try? patch.applied(to: object)) ?? object
    }

    /// The elements of a list, none if there are more than validation lets pass: a patch of a million operations would
    /// be of no use to anyone.
    private static func list(_ key: String, of spec: JSONValue) -> [JSONValue] {
        guard let list = spec[key]?.arrayValue, list.count <= Limits.parameters.upperBound else { return [] }
        return list
    }

    /// Settings of the algorithms that the spec names, so that a stored job keeps the ones it began with.
    private static let settings: [(path: [String], field: String, value: JSONValue)] = [
        (["searchAlgorithm", "tpe"], "startupTrials", number(SearchAlgorithm.Defaults.tpeStartupTrials)),
        (["searchAlgorithm", "tpe"], "candidates", number(SearchAlgorithm.Defaults.tpeCandidates)),
        (["searchAlgorithm", "cmaes"], "startupTrials", number(SearchAlgorithm.Defaults.cmaesStartupTrials)),
        (["searchAlgorithm", "gp"], "startupTrials", number(SearchAlgorithm.Defaults.gpStartupTrials)),
        (["pruneAlgorithm", "medianStop"], "startupTrials", number(PruneAlgorithm.Defaults.medianStopStartupTrials)),
        (["pruneAlgorithm", "medianStop"], "startupSteps", number(PruneAlgorithm.Defaults.medianStopStartupSteps)),
        (["pruneAlgorithm", "asha"], "reductionFactor", number(PruneAlgorithm.Defaults.ashaReductionFactor)),
        (["pruneAlgorithm", "hyperband"], "reductionFactor", number(PruneAlgorithm.Defaults.hyperbandReductionFactor)),
    ]

    private static func number(_ value: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(Int64(value)))
    }

    private static func defaultAlgorithms(in spec: JSONValue, _ draft: inout Draft) {
        for (path, field, value) in settings {
            guard let algorithm = spec[path[0]]?[path[1]] else { continue }
            draft.descend(path[0], path[1]) { $0.fill(field, of: algorithm, with: value) }
        }
    }

    private static func defaultDirections(in spec: JSONValue, _ draft: inout Draft) {
        draft.descend("objectives") { draft in
            for (index, objective) in list("objectives", of: spec).enumerated() {
                draft.descend(String(index)) { draft in
                    draft.fill("direction", of: objective, with: .string(Direction.minimize.rawValue))
                    draft.spell("direction", of: objective, as: Direction.self)
                }
            }
        }
    }

    private static func defaultNumberTypes(in spec: JSONValue, _ draft: inout Draft) {
        draft.descend("parameters") { draft in
            for (index, parameter) in list("parameters", of: spec).enumerated() {
                for distribution in ["uniform", "logUniform", "normal", "logNormal"] {
                    guard let range = parameter["searchSpace"]?[distribution] else { continue }
                    draft.descend(String(index), "searchSpace", distribution) { draft in
                        draft.fill("type", of: range, with: .string(NumberType.float.rawValue))
                        draft.spell("type", of: range, as: NumberType.self)
                    }
                }
            }
        }
    }

    private static func defaultRuntimeRef(in spec: JSONValue, _ draft: inout Draft) {
        guard let runtime = spec["trainJobTemplate"]?["spec"]?["runtimeRef"] else { return }
        draft.descend("trainJobTemplate", "spec", "runtimeRef") { draft in
            draft.fill("apiGroup", of: runtime, with: "trainer.kubeflow.org")
            draft.fill("kind", of: runtime, with: "ClusterTrainingRuntime")
        }
    }

    /// A patch being written, with the place it has come to.
    private struct Draft {
        private(set) var operations: [JSONPatch.Operation] = []
        private var path: [String] = []

        mutating func descend(_ tokens: String..., body: (inout Draft) -> Void) {
            path += tokens
            body(&self)
            path.removeLast(tokens.count)
        }

        /// Gives a member of `parent`, which is what `path` leads to, a value unless it has one.
        mutating func fill(_ key: String, of parent: JSONValue, with value: JSONValue) {
            guard let object = parent.objectValue else { return }
            switch object[key] {
            case nil: operations.append(.add(path: pointer(to: key), value: value))
            case .null?: operations.append(.replace(path: pointer(to: key), value: value))
            default: break
            }
        }

        /// Gives a word of `parent` upper and lower case as the API has them.
        mutating func spell<Word>(_ key: String, of parent: JSONValue, as word: Word.Type)
        where Word: RawRepresentable<String> & CaseIterable {
            guard let written = parent[key]?.stringValue, word.init(rawValue: written) == nil,
                let meant = word.allCases.first(where: { $0.rawValue.lowercased() == written.lowercased() })
            else { return }
            operations.append(.replace(path: pointer(to: key), value: .string(meant.rawValue)))
        }

        private func pointer(to key: String) -> JSONPointer {
            (path + [key]).reduce(JSONPointer()) { $0.appending($1) }
        }
    }
}
