import JSON
import OptimizationAPI
import Testing

@Suite("Validation of a change")
struct UpdateValidationTests {
    private func errors(from old: JSONValue, to new: JSONValue) -> [String] {
        Validation.validateUpdate(old: old, new: new).errors.map(\.description)
    }

    @Test("accepts a spec that is the same once defaults are filled in")
    func defaults() {
        #expect(errors(from: Samples.minimal, to: Defaulting.apply(to: Samples.minimal)) == [])
        #expect(errors(from: Defaulting.apply(to: Samples.minimal), to: Samples.minimal) == [])
        let spelled = Samples.job(["objectives": [["direction": "minimize", "metric": "loss"]]])
        #expect(errors(from: Samples.minimal, to: spelled) == [])
    }

    @Test("accepts an unchanged spec however wrong it is")
    func unchanged() {
        let wrong = Samples.job(["numTrials": "many", "parameters": [], "suspend": "yes"])
        var labelled = wrong
        labelled["metadata"]?["labels"] = ["a": "b"]
        #expect(Validation.validateUpdate(old: wrong, new: labelled) == ValidationResult())
    }

    @Test("accepts anything of an object that is being deleted")
    func deleting() {
        var new = Samples.job(["numTrials": 0, "objectives": nil])
        new["metadata"]?["deletionTimestamp"] = "2026-11-23T22:00:00Z"
        #expect(Validation.validateUpdate(old: Samples.minimal, new: new) == ValidationResult())
    }

    @Test(
        "lets what steers a running job change, come and go",
        arguments: [
            ("maxFailedTrials", 3, 0), ("suspend", true, false), ("ttlSecondsAfterFinished", 60, 0),
            ("trialRetention", "Best", "None"),
        ] as [(String, JSONValue, JSONValue)]
    )
    func steering(field: String, one: JSONValue, other: JSONValue) {
        let (absent, one, other) = (Samples.minimal, Samples.job([field: one]), Samples.job([field: other]))
        for (old, new) in [(absent, one), (one, other), (other, absent)] {
            #expect(errors(from: old, to: new) == [])
        }
        #expect(errors(from: absent, to: Samples.job([field: [:]])).count == 1)
    }

    @Test("takes what is spelt out for what it means when left out")
    func spelling() {
        let spelled = Samples.job([
            "managedBy": "trainer.kubeflow.org/optimizationjob-controller", "warmStartFrom": [],
        ])
        #expect(errors(from: Samples.minimal, to: spelled) == [])
        #expect(errors(from: spelled, to: Samples.minimal) == [])
    }

    @Test("takes null for what is left out, at any depth, and empty metadata for none")
    func nulls() {
        let old = Samples.job(["searchAlgorithm": ["random": [:]]])
        var new = Samples.job(["searchAlgorithm": ["random": ["seed": nil], "grid": nil], "pruneAlgorithm": nil])
        new["spec"]?["trainJobTemplate"]?["metadata"] = ["labels": [:]]
        new["spec"]?["trainJobTemplate"]?["spec"]?["trainer"] = nil
        #expect(errors(from: old, to: new) == [])
        #expect(errors(from: new, to: old) == [])
        new["spec"]?["trainJobTemplate"]?["metadata"] = ["labels": ["a": "b"]]
        #expect(errors(from: old, to: new).count == 1)
    }

    @Test("lets a mistake become smaller, and finds a new one behind any number of old ones")
    func hidden() {
        let few = Samples.job(["numTrials": 5, "parallelTrials": 9])
        #expect(errors(from: few, to: Samples.job(["numTrials": 6, "parallelTrials": 9])) == [])
        #expect(errors(from: few, to: Samples.job(["numTrials": 5, "parallelTrials": 8])) == [])
        let parameters = JSONValue.array(
            (0..<60).map { _ in ["name": "", "searchSpace": ["uniform": ["min": "a", "max": "b", "type": "c"]]] }
        )
        let many = Samples.job(["parameters": parameters])
        let failing = Samples.job(["parameters": parameters, "maxFailedTrials": -5])
        #expect(Validation.validateCreate(many).errors.count == 100)
        #expect(errors(from: many, to: failing).count == 1)
    }

    @Test("lets trials grow, and parallelism change")
    func mutable() {
        let old = Samples.job(["numTrials": 10, "parallelTrials": 4])
        #expect(errors(from: old, to: Samples.job(["numTrials": 20, "parallelTrials": 20])) == [])
        #expect(errors(from: old, to: Samples.job(["numTrials": 10, "parallelTrials": 1])) == [])
    }

    @Test("refuses fewer trials, and rules still hold for the new numbers")
    func numbers() {
        let old = Samples.job(["numTrials": 10, "parallelTrials": 4])
        #expect(
            errors(from: old, to: Samples.job(["numTrials": 9, "parallelTrials": 4])) == [
                "spec.numTrials: Invalid value: 9: OptimizationJobSpec is immutable and cannot be updated after creation; "
                    + "numTrials may only grow (it is 10)"
            ]
        )
        #expect(
            errors(from: old, to: Samples.job(["numTrials": 10, "parallelTrials": 11])) == [
                "spec.parallelTrials: Invalid value: 11: parallelTrials cannot exceed numTrials (10)"
            ]
        )
        #expect(errors(from: old, to: Samples.job(["numTrials": 1001, "parallelTrials": 4])).count == 1)
    }

    @Test(
        "refuses any other change, naming the field",
        arguments: [
            ("objectives", [["metric": "accuracy"]]),
            ("searchAlgorithm", ["random": ["seed": 1]]),
            ("parameters", [["name": "lr", "searchSpace": ["uniform": ["min": "0.01", "max": "0.2"]]]]),
            ("warmStartFrom", ["other"]),
            ("pruneAlgorithm", ["asha": [:]]),
            ("managedBy", "kueue.x-k8s.io/multikueue"),
            ("trainJobTemplate", ["spec": ["runtimeRef": ["name": "other"]]]),
        ] as [(String, JSONValue)]
    )
    func immutable(field: String, value: JSONValue) {
        #expect(
            errors(from: Samples.minimal, to: Samples.job([field: value])) == [
                "spec.\(field): Invalid value: OptimizationJobSpec is immutable and cannot be updated after creation; "
                    + "only numTrials (which may only grow), parallelTrials, maxFailedTrials, suspend, "
                    + "ttlSecondsAfterFinished and trialRetention can change"
            ]
        )
    }

    @Test("tells numbers from texts, and a member from its absence, but not the order of members")
    func comparison() {
        let old = Samples.job(trainJob: ["trainer": ["numNodes": 1, "image": "a"]])
        #expect(errors(from: old, to: Samples.job(trainJob: ["trainer": ["image": "a", "numNodes": 1]])) == [])
        #expect(errors(from: old, to: Samples.job(trainJob: ["trainer": ["image": "a"]])).count == 1)
    }

    @Test("does not hold old mistakes against a new number of trials")
    func oldMistakes() {
        let old = Samples.job(["suspend": "yes", "numTrials": 1])
        #expect(errors(from: old, to: Samples.job(["suspend": "yes", "numTrials": 2])) == [])
        #expect(errors(from: Samples.minimal, to: Samples.job(["suspend": "yes"])) != [])
    }

    @Test("judges a change from something without a spec like a new object")
    func noOldSpec() {
        #expect(errors(from: nil, to: Samples.minimal) == [])
        #expect(errors(from: [:], to: Samples.job(["numTrials": 0])) != [])
        #expect(errors(from: Samples.minimal, to: ["metadata": [:]]) != [])
    }
}
