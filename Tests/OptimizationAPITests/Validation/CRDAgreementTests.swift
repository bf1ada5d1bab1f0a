import JSON
import OptimizationAPI
import Testing

/// 155 objects that a real Kubernetes 1.36 API server judged with upstream's CRD and no webhook.
struct CRDCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let object: JSONValue
    let isAccepted: Bool
    let storedSpec: JSONValue?
    let causes: [(field: String, reason: String, message: String)]

    static let all: [CRDCase] = {
        guard let cases = try? Fixture.json("crd-cases.json").arrayValue else { return [] }
        return cases.map { entry in
            CRDCase(
                testDescription: entry["label"]?.stringValue ?? "",
                object: entry["object"] ?? .null,
                isAccepted: entry["code"]?.int64Value == 201,
                storedSpec: entry["stored_spec"],
                causes: (entry["causes"]?.arrayValue ?? []).map { cause in
                    (
                        cause["field"]?.stringValue ?? "", cause["reason"]?.stringValue ?? "",
                        cause["message"]?.stringValue ?? ""
                    )
                }
            )
        }
    }()

    /// Objects upstream's CRD accepts and we refuse, each because no trial of it could ever run as meant.
    static let refusedOnPurpose: [String: String] = [
        "uniform Int 0.5..1.5": "must be a whole number, because type is Int",
        "uniform Int 0.1..0.2": "must be a whole number, because type is Int",
        "logUniform Int 0.5..8": "must be a whole number, because type is Int",
        "parameter name 'learning rat' (14)": "no environment variable can be made of it",
        "parameter name 'a=b' (3)": "no environment variable can be made of it",
        "parameter name '🤖🤖🤖🤖🤖🤖🤖🤖🤖🤖🤖🤖' (64)": "no environment variable can be made of it",
        "parameter name 'é' (1)": "no environment variable can be made of it",
        "parameter name '\\x00x' (2)": "no environment variable can be made of it",
        "parameter name '\\n' (1)": "no environment variable can be made of it",
        "names differing by case":
            "its environment variable KUBEFLOW_TRAINER_OPT_LR is that of parameter \"lr\" already",
        "env reserved prefix": "every trial gets this variable for parameter \"lr\"",
        // The API server would refuse every TrainJob made from it.
        "template bad label": "name part must consist of alphanumeric characters",
        "template labels 63+": "must be no more than 63 characters",
    ]

    /// Objects upstream's CRD refuses and we accept: the API is a superset.
    static let acceptedOnPurpose: [String: String] = [
        "numTrials 101": "up to 1000 trials are allowed here",
        "two objectives": "up to four objectives are allowed here",
        "tpe": "an algorithm that upstream does not have",
    ]

    private static let oneAlgorithm =
        "exactly one of the fields in [random grid sobol tpe cmaes gp auto] must be set"
    private static let oneSpace =
        "exactly one of the fields in [uniform logUniform categorical normal logNormal] must be set"

    /// Objects both refuse, but for which we have other words.
    static let wordedOtherwise: [String: String] = [
        // Where there are more alternatives, the sentence names more.
        "searchAlgorithm {}": "spec.searchAlgorithm: Invalid value: \(oneAlgorithm)",
        "both algorithms": "spec.searchAlgorithm: Invalid value: \(oneAlgorithm)",
        "two spaces": "spec.parameters[0].searchSpace: Invalid value: \(oneSpace)",
        "no space": "spec.parameters[0].searchSpace: Invalid value: \(oneSpace)",
        "space null": "spec.parameters[0].searchSpace: Invalid value: \(oneSpace)",
        // Upstream knows no normal distribution; we miss its deviation.
        "unknown space": "spec.parameters[0].searchSpace.normal.stdDev: Required value",
        // Whole numbers and steps make a grid, too.
        "grid over uniform":
            "spec.parameters[0].searchSpace.uniform: Invalid value: Grid search requires every parameter to be "
            + "categorical, a range of type Int or a range with a step.",
        "numTrials 2.0":
            "spec.numTrials: Invalid value: \"float64\": spec.numTrials in body must be of type int32: \"float64\"",
        "numTrials 2147483648":
            "spec.numTrials: Invalid value: 2147483648: spec.numTrials in body should be less than or equal to 1000",
        // An API server goes on to compare a bound that it has just called malformed.
        "uniform Infinity..1":
            "spec.parameters[0].searchSpace.uniform.min: Invalid value: \"Infinity\": "
            + "spec.parameters[0].searchSpace.uniform.min in body should match '\(DecimalText.pattern)', "
            + "a number such as 0.001, -3 or 1e-5, with no + and digits on both sides of the point",
        // An API server validates each alternative of int-or-string in turn.
        "limits float":
            "spec.trainJobTemplate.spec.trainer.resourcesPerNode.limits.cpu: Invalid value: \"number\": "
            + "spec.trainJobTemplate.spec.trainer.resourcesPerNode.limits.cpu in body must be of type integer,string: \"number\"",
    ]
}

@Suite("A real API server with upstream's CRD, and our validation")
struct CRDAgreementTests {
    @Test("have all 155 cases to compare on")
    func complete() {
        #expect(CRDCase.all.count == 155)
        let labels = Set(CRDCase.all.map(\.testDescription))
        for table in [CRDCase.refusedOnPurpose, CRDCase.acceptedOnPurpose, CRDCase.wordedOtherwise] {
            #expect(labels.isSuperset(of: table.keys))
        }
    }

    @Test("reach the same verdict, apart from listed exceptions", arguments: CRDCase.all)
    func verdict(_ crdCase: CRDCase) {
        let result = Validation.validateCreate(crdCase.object)
        if let reason = CRDCase.refusedOnPurpose[crdCase.testDescription] {
            #expect(crdCase.isAccepted)
            #expect(result.errors.contains { $0.detail.contains(reason) }, "\(result.errors)")
        } else if CRDCase.acceptedOnPurpose[crdCase.testDescription] != nil {
            #expect(!crdCase.isAccepted)
            #expect(result.isValid, "\(result.errors)")
        } else {
            #expect(result.isValid == crdCase.isAccepted, "\(result.errors)")
        }
    }

    @Test(
        "reach the same verdict once defaults are filled in, `direction: minimize` being forgiven",
        arguments: CRDCase.all
    )
    func defaultedVerdict(_ crdCase: CRDCase) {
        let plain = Validation.validateCreate(crdCase.object)
        let defaulted = Validation.validateCreate(Defaulting.apply(to: crdCase.object))
        if crdCase.testDescription == "direction minimize" {
            #expect(!plain.isValid)
            #expect(defaulted.isValid)
        } else {
            #expect(plain == defaulted)
        }
    }

    /// Our field may be more precise (`spec.numTrials` where a CEL rule names `spec`), and our sentence may go on after
    /// the server's. Errors that only say a rule could not be evaluated, or that others were skipped, need no counterpart.
    @Test("name the same mistakes in the same words", arguments: CRDCase.all)
    func wording(_ crdCase: CRDCase) {
        guard !crdCase.isAccepted, CRDCase.acceptedOnPurpose[crdCase.testDescription] == nil else { return }
        let errors = Validation.validateCreate(crdCase.object).errors
        if let expected = CRDCase.wordedOtherwise[crdCase.testDescription] {
            #expect(errors.map(\.description).contains(expected), "\(errors)")
            return
        }
        for cause in crdCase.causes where cause.field != "<nil>" {
            guard !cause.message.contains("evaluating rule:") else { continue }
            // "Invalid value: sentence" of a CEL rule on an object becomes "Invalid value: "x": sentence" further down.
            let sentence = cause.message.split(separator: "Invalid value: ", maxSplits: 1).last.map(String.init)
            let isNamed = errors.contains { error in
                error.path.description.hasPrefix(cause.field) && error.reason.rawValue == cause.reason
                    && error.message.contains(sentence ?? cause.message)
            }
            #expect(isNamed, "\(cause) is not among \(errors)")
        }
        #expect(!errors.isEmpty)
    }

    /// What the API server adds inside the TrainJob spec beyond the runtime reference is the TrainJob's own to default,
    /// and what it prunes stays, with a warning.
    @Test("fill in the same defaults", arguments: CRDCase.all.filter { $0.storedSpec != nil })
    func defaults(_ crdCase: CRDCase) throws {
        var stored = try #require(crdCase.storedSpec)
        let ours = try #require(Defaulting.apply(to: crdCase.object)["spec"])
        let given = crdCase.object["spec"]?["trainJobTemplate"]?["spec"] ?? .null
        var template = stored["trainJobTemplate"]?["spec"] ?? .null
        for field in ["suspend", "managedBy"] where given[field] == nil { template[field] = nil }
        stored["trainJobTemplate"]?["spec"] = template
        #expect(stored == pruned(ours, like: stored))
    }

    /// `value` without the members that `model` lacks.
    private func pruned(_ value: JSONValue, like model: JSONValue) -> JSONValue {
        switch (value, model) {
        case (.object(let object), .object(let kept)):
            var result = JSONObject()
            for (key, member) in object {
                if let model = kept[key] { result[key] = pruned(member, like: model) }
            }
            return .object(result)
        case (.array(let list), .array(let kept)) where list.count == kept.count:
            return .array(zip(list, kept).map { pruned($0, like: $1) })
        default:
            return value
        }
    }
}
