import JSON
import Kubernetes
import OptimizationAPI
import Testing

@testable import Controller

@Suite("The TrainJob of a trial")
struct TrainJobFactoryTests {
    private func made(_ object: JSONValue = Sample.jobObject()) throws -> JSONValue {
        makeTrainJob(job: try Sample.job(object), record: Sample.record(3))
    }

    @Test("is owned by the job, which waits for it when it is deleted in the foreground")
    func owner() throws {
        let owners = ObjectMeta(try made()).ownerReferences
        #expect(
            owners == [
                OwnerReference(
                    apiVersion: "trainer.kubeflow.org/v1alpha1",
                    kind: "OptimizationJob",
                    name: "bert",
                    uid: Sample.jobUID,
                    controller: true,
                    blockOwnerDeletion: true
                )
            ]
        )
    }

    @Test("does not begin as one that was suspended with its job")
    func unmarked() throws {
        let template: JSONValue = [
            "metadata": ["annotations": [Annotations.suspendedByJob: "true"]],
            "spec": ["runtimeRef": ["name": "torch-distributed"]],
        ]
        let meta = ObjectMeta(try made(Sample.jobObject(template: template)))
        #expect(meta.annotations[Annotations.suspendedByJob] == nil)
    }

    @Test("has the template's labels and annotations besides its own, and no finalizers")
    func metadata() throws {
        let meta = ObjectMeta(try made())
        #expect(meta.name == "bert-trial-3" && meta.namespace == "ml")
        #expect(meta.labels["team"] == "a" && meta.labels[Labels.optimizationJobName] == "bert")
        #expect(meta.labels[Labels.trialIndex] == "3")
        #expect(meta.annotations["note"] == "n")
        #expect(meta.annotations[Annotations.parameters] == "{\"lr\":\"0.4\"}")
        #expect(meta.finalizers.isEmpty && meta.uid.isEmpty && meta.resourceVersion.isEmpty)
    }

    @Test("carries the parameters in its environment, and every field of the template as it was")
    func spec() throws {
        let odd: JSONValue = [
            "spec": [
                "runtimeRef": ["name": "r"], "futureField": ["a": [1, 2.5]],
                "trainer": ["image": "i", "env": [["name": "LOG", "value": "x"]]],
            ]
        ]
        let spec = try #require(try made(Sample.jobObject(template: odd))["spec"])
        let env = try #require(spec["trainer"]?["env"]?.arrayValue)
        #expect(env.contains(["name": "KUBEFLOW_TRAINER_OPT_LR", "value": "0.4"]))
        #expect(env.contains(["name": "LOG", "value": "x"]))
        #expect(spec["futureField"] == ["a": [1, 2.5]] && spec["trainer"]?["image"] == "i")
    }

    @Test("is short enough for the pods of an initializer")
    func initializer() throws {
        var object = Sample.jobObject(name: String(repeating: "n", count: 50))
        let plain = plan(for: try Sample.job(object), observing: Observation(), at: Sample.start)
        #expect(plain.creations.allSatisfy { $0.name.utf8.count <= 44 })
        object["spec"]?["trainJobTemplate"]?["spec"]?["initializer"] = ["dataset": ["storageUri": "hf://a/b"]]
        let initialized = plan(for: try Sample.job(object), observing: Observation(), at: Sample.start)
        #expect(!initialized.creations.isEmpty && initialized.creations.allSatisfy { $0.name.utf8.count <= 33 })
    }

    @Test("has a label value of a job whose name is too long for one")
    func longName() throws {
        let name = String(repeating: "very-long.", count: 20) + "x"
        let labels = ObjectMeta(try made(Sample.jobObject(name: name))).labels
        #expect((labels[Labels.optimizationJobName] ?? "").utf8.count <= 63)
    }
}
