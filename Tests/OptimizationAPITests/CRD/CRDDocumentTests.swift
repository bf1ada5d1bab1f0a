import JSON
import Kubernetes
import OptimizationAPI
import Testing

@Suite("The CustomResourceDefinition")
struct CRDDocumentTests {
    private let crd: JSONValue
    private let schema: CRDSchema

    init() throws {
        crd = try Fixture.crd()
        schema = CRDSchema(crd)
    }

    @Test("names the kind as the program does")
    func names() {
        let type = ResourceType.optimizationJobs
        #expect(crd["metadata"]?["name"]?.stringValue == "\(type.plural).\(type.group)")
        #expect(crd["spec"]?["group"]?.stringValue == type.group)
        #expect(crd["spec"]?["names"]?["kind"]?.stringValue == type.kind)
        #expect(crd["spec"]?["names"]?["plural"]?.stringValue == type.plural)
        #expect(crd["spec"]?["versions"]?.arrayValue?.map { $0["name"]?.stringValue } == [type.version])
        #expect(crd["spec"]?["versions"]?[0]?["subresources"]?["status"] != nil)
    }

    @Test("has the fields of the spec, no more and no fewer")
    func specFields() throws {
        var written: Set<String> = []
        for spec in Everything.specs {
            written.formUnion(CRDSchema.paths(of: spec.json, "spec"))
        }
        let known = schema.fields.map(\.path).filter { path in
            path.hasPrefix("spec.") && !path.hasPrefix("spec.trainJobTemplate.metadata")
        }
        #expect(written == Set(known))
    }

    @Test("has the fields of the status, no more and no fewer")
    func statusFields() {
        let written = CRDSchema.paths(of: Everything.status.json, "status")
        #expect(written == Set(schema.fields.map(\.path).filter { $0.hasPrefix("status.") }))
    }

    @Test("has the program's defaults")
    func defaults() {
        let search = SearchAlgorithm.Defaults.self
        let prune = PruneAlgorithm.Defaults.self
        var expected: [String: JSONValue] = [
            "spec.objectives[].direction": "Minimize",
            "spec.searchAlgorithm": ["random": [:]],
            "spec.searchAlgorithm.tpe.startupTrials": .number(JSONNumber(search.tpeStartupTrials)),
            "spec.searchAlgorithm.tpe.candidates": .number(JSONNumber(search.tpeCandidates)),
            "spec.searchAlgorithm.cmaes.startupTrials": .number(JSONNumber(search.cmaesStartupTrials)),
            "spec.searchAlgorithm.gp.startupTrials": .number(JSONNumber(search.gpStartupTrials)),
            "spec.numTrials": 1,
            "spec.parallelTrials": 1,
            "spec.pruneAlgorithm.medianStop.startupTrials": .number(JSONNumber(prune.medianStopStartupTrials)),
            "spec.pruneAlgorithm.medianStop.startupSteps": .number(JSONNumber(prune.medianStopStartupSteps)),
            "spec.pruneAlgorithm.asha.reductionFactor": .number(JSONNumber(prune.ashaReductionFactor)),
            "spec.pruneAlgorithm.hyperband.reductionFactor": .number(JSONNumber(prune.hyperbandReductionFactor)),
            "spec.trainJobTemplate.spec.runtimeRef.apiGroup": "trainer.kubeflow.org",
            "spec.trainJobTemplate.spec.runtimeRef.kind": "ClusterTrainingRuntime",
        ]
        for distribution in ["uniform", "logUniform", "normal", "logNormal"] {
            expected["spec.parameters[].searchSpace.\(distribution).type"] = "Float"
        }
        #expect(schema.values(of: "default", under: "") == expected)
    }

    @Test("has the program's words for what comes in few kinds")
    func words() {
        let words = { (values: [String]) -> Set<String> in Set(values) }
        let found = schema.values(of: "enum", under: "").mapValues { value in
            Set((value.arrayValue ?? []).compactMap(\.stringValue))
        }
        var expected = [
            "spec.objectives[].direction": words(Direction.allCases.map(\.rawValue)),
            "spec.trialRetention": words(TrialRetention.allCases.map(\.rawValue)),
            "status.trials[].state": words(TrialState.allCases.map(\.rawValue)),
            "status.conditions[].status": ["True", "False", "Unknown"],
        ]
        for distribution in ["uniform", "logUniform", "normal", "logNormal"] {
            expected["spec.parameters[].searchSpace.\(distribution).type"] = words(NumberType.allCases.map(\.rawValue))
        }
        #expect(found == expected)
    }

    @Test("has the program's limits of lists")
    func listLimits() {
        for (path, limit) in [
            ("spec.objectives", Limits.objectives), ("spec.parameters", Limits.parameters),
            ("spec.parameters[].searchSpace.categorical.choices", Limits.choices),
            ("spec.warmStartFrom", Limits.warmStarts),
        ] {
            #expect(bounds("minItems", "maxItems", of: path) == limit.bounds(orFree: 0), "\(path)")
        }
        let records = Int(Limits.trials.upperBound)
        #expect(bounds("minItems", "maxItems", of: "status.trials") == [nil, records])
        #expect(bounds("minItems", "maxItems", of: "status.optimalTrials") == [nil, records])
    }

    @Test("has the program's limits of texts")
    func textLimits() {
        var limits = [
            "spec.objectives[].metric": Limits.metricLength, "spec.objectives[].goal": Limits.numberLength,
            "spec.searchAlgorithm.cmaes.sigma": Limits.numberLength,
            "spec.parameters[].name": Limits.parameterNameLength,
            "spec.parameters[].searchSpace.categorical.choices[]": Limits.choiceLength,
            "spec.warmStartFrom[]": Limits.objectNameLength,
            "spec.managedBy": 0...Limits.objectNameLength.upperBound,
        ]
        for path in [
            "uniform.min", "uniform.max", "uniform.step", "logUniform.min", "logUniform.max", "normal.mean",
            "normal.stdDev", "normal.step", "logNormal.mean", "logNormal.stdDev",
        ] {
            limits["spec.parameters[].searchSpace.\(path)"] = Limits.numberLength
        }
        for (path, limit) in limits {
            #expect(bounds("minLength", "maxLength", of: path) == limit.bounds(orFree: 0), "\(path)")
            if limit == Limits.numberLength, path != "spec.objectives[].metric", path != "spec.parameters[].name" {
                #expect(field(path)?["pattern"]?.stringValue == DecimalText.pattern, "\(path)")
            }
        }
        let unlisted = schema.fields.filter { field in
            field.path.hasPrefix("spec.") && !field.path.hasPrefix("spec.trainJobTemplate") && field["type"] == "string"
                && field["enum"] == nil && limits[field.path] == nil
        }
        #expect(unlisted.map(\.path) == [])
    }

    @Test("has the program's limits of numbers")
    func numberLimits() {
        let limits = [
            "spec.numTrials": Limits.trials, "spec.parallelTrials": Limits.trials,
            "spec.maxFailedTrials": Limits.failedTrials, "spec.ttlSecondsAfterFinished": Limits.timeToLive,
            "spec.searchAlgorithm.tpe.startupTrials": Limits.searchStartupTrials,
            "spec.searchAlgorithm.cmaes.startupTrials": Limits.searchStartupTrials,
            "spec.searchAlgorithm.gp.startupTrials": Limits.searchStartupTrials,
            "spec.searchAlgorithm.tpe.candidates": Limits.candidates,
            "spec.pruneAlgorithm.medianStop.startupTrials": Limits.pruneStartupTrials,
            "spec.pruneAlgorithm.medianStop.startupSteps": Limits.startupSteps,
            "spec.pruneAlgorithm.asha.reductionFactor": Limits.reductionFactor,
            "spec.pruneAlgorithm.hyperband.reductionFactor": Limits.reductionFactor,
            "spec.pruneAlgorithm.asha.minProgress": Limits.progress,
            "spec.pruneAlgorithm.hyperband.minProgress": Limits.progress,
            "spec.pruneAlgorithm.hyperband.maxProgress": Limits.progress,
        ]
        for field in schema.fields where field.path.hasPrefix("spec.") && field["type"] == "integer" {
            let format = field["format"]
            #expect(format == "int32" || format == "int64", "\(field.path)")
            guard !field.path.hasSuffix(".seed") else {
                #expect(format == "int64")
                continue
            }
            // A format bounds a number as well.
            let end = format == "int32" ? Int64(Int32.max) : .max
            let maximum = field["maximum"]?.int64Value ?? end
            #expect(limits[field.path] == (field["minimum"]?.int64Value ?? .min)...maximum, "\(field.path)")
        }
    }

    @Test("makes a list of what is known by a name, so that appliers can share it")
    func listTypes() {
        let keys = schema.values(of: "x-kubernetes-list-map-keys", under: "")
        #expect(keys["spec.objectives"] == ["metric"])
        #expect(keys["spec.parameters"] == ["name"])
        #expect(keys["status.conditions"] == ["type"])
        #expect(keys["status.trials"] == ["trainJobName"])
        for (path, _) in keys {
            #expect(field(path)?["x-kubernetes-list-type"] == "map", "\(path)")
        }
        #expect(field("spec.parameters[].searchSpace.categorical.choices")?["x-kubernetes-list-type"] == "set")
        #expect(field("spec.warmStartFrom")?["x-kubernetes-list-type"] == "set")
    }

    /// An API server estimates what a rule can cost at worst and refuses a definition beyond 10 million units. Lists and
    /// texts without limits count as large as a request, so with limits everywhere the estimate stays far below.
    @Test("bounds every list and text of the spec that its rules can read")
    func costs() {
        for field in schema.fields
        where field.path.hasPrefix("spec.") && !field.path.hasPrefix("spec.trainJobTemplate.metadata") {
            switch field["type"]?.stringValue {
            case "array": #expect(field["maxItems"] != nil, "\(field.path)")
            case "string": #expect(field["maxLength"] != nil || field["enum"] != nil, "\(field.path)")
            default: break
            }
        }
    }

    @Test("is structural: every field has a type, and every rule a sentence on one line")
    func structure() {
        let types = ["object", "array", "string", "integer", "boolean"]
        for field in schema.fields {
            #expect(types.contains(field["type"]?.stringValue ?? ""), "\(field.path)")
            for rule in field["x-kubernetes-validations"]?.arrayValue ?? [] {
                #expect(rule["rule"]?.stringValue?.isEmpty == false, "\(field.path)")
                let message = rule["message"]?.stringValue ?? ""
                #expect(!message.isEmpty && !message.contains("\n"), "\(field.path)")
            }
        }
        let kept = schema.values(of: "x-kubernetes-preserve-unknown-fields", under: "")
        #expect(kept == ["spec.trainJobTemplate.spec": true])
    }

    @Test("shows the summary in the columns of kubectl get")
    func columns() {
        let columns = crd["spec"]?["versions"]?[0]?["additionalPrinterColumns"]?.arrayValue ?? []
        #expect(columns.map { $0["name"]?.stringValue } == ["State", "Trials", "Best", "Age"])
        let fields = Set(CRDSchema.paths(of: Everything.status.json, "status").map { "." + $0 })
        for column in columns.dropLast() {
            #expect(fields.contains(column["jsonPath"]?.stringValue ?? ""), "\(column)")
        }
        #expect(crd["spec"]?["names"]?["shortNames"] == ["optjob"])
        #expect(crd["spec"]?["names"]?["categories"] == ["kubeflow", "all"])
    }

    private func field(_ path: String) -> CRDSchema.Field? {
        schema.fields.first { $0.path == path }
    }

    private func bounds(_ minimum: String, _ maximum: String, of path: String) -> [Int?] {
        [minimum, maximum].map { key in field(path)?[key]?.int64Value.map { Int($0) } }
    }
}

extension ClosedRange<Int> {
    /// The bounds as a schema says them: one that is no limit is left out.
    fileprivate func bounds(orFree free: Int) -> [Int?] {
        [lowerBound == free ? nil : lowerBound, upperBound]
    }
}
