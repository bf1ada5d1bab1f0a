import JSON
import OptimizationAPI
import Search
import Testing

@Suite("Input of any shape")
struct HostileInputTests {
    @Test("is accepted exactly when it can be used")
    func consistency() throws {
        var accepted = 0
        for object in Mutations.all(of: Samples.full) {
            guard let result = validated(object) else { continue }
            do {
                let job = try OptimizationJob(decoding: object)
                let space = try job.spec.searchSpace
                let suggestion = try job.spec.searchAlgorithm.sampler(parallelTrials: 1).suggestion(
                    forTrial: 0,
                    in: space,
                    after: TrialHistory(),
                    seed: job.seed
                )
                if !result.isValid || suggestion == nil { Issue.record("decoded although invalid: \(object)") }
                accepted += 1
            } catch let error as FieldErrors {
                if result.isValid || error.errors.isEmpty { Issue.record("not decoded although valid: \(object)") }
            }
        }
        #expect(accepted > 50)
    }

    @Test("is read exactly when it is valid, whatever it asks for")
    func decoding() {
        var accepted = 0
        for object in Mutations.all(of: Samples.extended) {
            guard let result = validated(object) else { continue }
            let job = try? OptimizationJob(decoding: object)
            if (job != nil) != result.isValid { Issue.record("decoded and valid differ: \(object)") }
            if job != nil { accepted += 1 }
        }
        #expect(accepted > 50)
    }

    /// What validation says once defaults are filled in; `nil` for what is no object at all.
    private func validated(_ object: JSONValue) -> ValidationResult? {
        var defaulted = Defaulting.apply(to: object)
        guard defaulted.objectValue != nil else { return nil }
        // Only whoever sends an object has to say what it is.
        if defaulted["kind"] == nil || defaulted["kind"] == .null { defaulted["kind"] = "OptimizationJob" }
        if defaulted["apiVersion"] == nil || defaulted["apiVersion"] == .null {
            defaulted["apiVersion"] = "trainer.kubeflow.org/v1alpha1"
        }
        return Validation.validateCreate(defaulted)
    }

    @Test("can be changed into anything without a crash, and is never refused when it stays the same")
    func updates() {
        for object in Mutations.all(of: Samples.minimal) {
            _ = Validation.validateUpdate(old: object, new: Samples.minimal)
            _ = Validation.validateUpdate(old: Samples.minimal, new: object)
            #expect(Validation.validateUpdate(old: object, new: object).errors == [])
        }
    }

    @Test("makes a status out of anything")
    func statuses() {
        let status: JSONValue = [
            "conditions": [["type": "Created", "status": "True", "lastTransitionTime": "2026-11-23T22:00:00Z"]],
            "result": ["trainJobName": "a", "parameters": [["name": "x", "value": "1"]], "metrics": []],
            "trials": [["trainJobName": "a", "state": "Running", "creationTime": "2026-11-23T22:00:00Z"]],
            "nextTrialIndex": 1,
        ]
        for mutant in Mutations.all(of: status) {
            let decoded = OptimizationJobStatus(decoding: mutant)
            #expect(OptimizationJobStatus(decoding: decoded.json) == decoded)
            _ = TrainJob(decoding: ["status": mutant, "spec": mutant, "metadata": mutant])
        }
    }
}
