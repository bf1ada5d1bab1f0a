import JSON
import Testing

@testable import Kubernetes

@Suite("An object's metadata")
struct ObjectMetaTests {
    @Test("is read from a real object")
    func real() throws {
        let object = try #require(HTTPFixture("trainjob-create-201").json)
        let metadata = ObjectMeta(object)
        #expect(metadata.name == "bert-tuning-ab12c")
        #expect(metadata.namespacedName.description == "ml-team/bert-tuning-ab12c")
        #expect(metadata.labels["trainer.kubeflow.org/optimizationjob-name"] == "bert-tuning")
        #expect(metadata.generation == 1)
        #expect(metadata.creationTimestamp != nil)
        #expect(!metadata.isBeingDeleted)
        let owner = try #require(metadata.controller)
        #expect(owner.kind == "OptimizationJob")
        #expect(owner.name == "bert-tuning")
        #expect(owner.json == object["metadata"]?["ownerReferences"]?[0])
    }

    @Test("tells that an object is being deleted")
    func deletion() throws {
        let metadata = ObjectMeta(try #require(HTTPFixture("delete-200-with-finalizer").json))
        #expect(metadata.isBeingDeleted)
        #expect(metadata.finalizers == ["trainer.kubeflow.org/optimizer"])
    }

    @Test(
        "is empty, not fatal, for whatever is not metadata",
        arguments: [
            nil, [], "x", ["metadata": nil], ["metadata": []], ["metadata": 3],
            [
                "metadata": [
                    "name": 3, "generation": "x", "labels": [1], "annotations": "x", "ownerReferences": ["a": "b"],
                    "finalizers": 1.5, "creationTimestamp": "yesterday", "deletionTimestamp": 0,
                ]
            ],
        ] as [JSONValue]
    )
    func odd(object: JSONValue) {
        #expect(ObjectMeta(object) == ObjectMeta())
    }

    @Test("keeps what can be read beside what cannot")
    func mixed() {
        let metadata = ObjectMeta([
            "metadata": [
                "name": "a", "labels": ["good": "1", "bad": 2], "finalizers": ["x", 3],
                "ownerReferences": [["uid": "u"], 5],
            ]
        ])
        #expect(metadata.labels == ["good": "1"])
        #expect(metadata.finalizers == ["x"])
        #expect(metadata.ownerReferences.map(\.uid) == ["u", ""])
    }

    @Test("is written as it was read, without what is absent")
    func roundTrip() throws {
        let time = try #require(Timestamp(rfc3339: "2026-08-21T10:30:45Z"))
        let metadata = ObjectMeta(
            name: "a",
            generateName: "b-",
            namespace: "c",
            uid: "d",
            resourceVersion: "5",
            generation: 6,
            creationTimestamp: time,
            deletionTimestamp: time,
            labels: ["z": "1", "a": "2"],
            annotations: ["k": "v"],
            ownerReferences: [
                OwnerReference(
                    apiVersion: "v1",
                    kind: "K",
                    name: "n",
                    uid: "u",
                    controller: true,
                    blockOwnerDeletion: true
                )
            ],
            finalizers: ["f"]
        )
        #expect(ObjectMeta(["metadata": metadata.json]) == metadata)
        #expect(ObjectMeta().json == [:])
    }
}
