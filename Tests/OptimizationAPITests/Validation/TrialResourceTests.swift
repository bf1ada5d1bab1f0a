import OptimizationAPI
import Testing

@Suite("A kind of trial")
struct TrialResourceTests {
    @Test("is read from Katib's notation and written the same")
    func notation() {
        #expect(TrialResource("TrainJob.v1alpha1.trainer.kubeflow.org") == .trainJob)
        #expect(TrialResource.trainJob.description == "TrainJob.v1alpha1.trainer.kubeflow.org")
        #expect(TrialResource("Job.v1.batch") == TrialResource(kind: "Job", version: "v1", group: "batch"))
    }

    @Test(
        "needs all of kind, version and group",
        arguments: ["", "Job", "Job.v1", "Job.v1.", ".v1.batch", "Job..batch"]
    )
    func incomplete(text: String) {
        #expect(TrialResource(text) == nil)
    }
}
