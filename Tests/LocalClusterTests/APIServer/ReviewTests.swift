import HTTP
import JSON
import Kubernetes
import Testing

@testable import LocalCluster

@Suite("Admission reviews, compared with a cluster's")
struct ReviewTests {
    /// A cluster whose webhooks allow everything.
    private func cluster() async throws -> TestCluster {
        let cluster = await TestCluster()
        try #require(await cluster.send("POST", "/api/v1/namespaces", ["metadata": ["name": "ml-team"]]).status == 201)
        cluster.webhooks.answer { ScriptedWebhooks.response(to: $0, ["allowed": true]) }
        return cluster
    }

    private func configure(_ cluster: TestCluster) async {
        _ = await cluster.send("POST", Manifests.mutating, Manifests.webhookConfiguration("m", mutating: true))
        _ = await cluster.send("POST", Manifests.validating, Manifests.webhookConfiguration("v"))
    }

    private func recorded(_ name: String) throws -> JSONValue {
        let review = try JSONValue(parsing: Fixtures.read("admission/\(name).json"))
        return try #require(review["request"])
    }

    /// The object that somebody had sent to cause a review.
    private func sent(_ request: JSONValue) -> JSONValue {
        var object = request["object"] ?? .null
        var metadata = object["metadata"] ?? .null
        metadata["managedFields"] = nil
        object["metadata"] = metadata
        return object
    }

    @Test(
        "of a creation",
        arguments: ["create-kubectl", "create-generate-name", "create-dry-run-server", "trainjob-create-by-controller"]
    )
    func creation(_ name: String) async throws {
        let cluster = try await cluster()
        await configure(cluster)
        let mutating = try recorded("\(name).mutating")
        let validating = try recorded("\(name).validating")
        let options = mutating["options"]
        var query: [String] = []
        for field in ["fieldManager", "fieldValidation"] {
            if let value = options?[field]?.stringValue { query.append("\(field)=\(value)") }
        }
        if mutating["dryRun"] == true { query.append("dryRun=All") }
        let plural = mutating["resource"]?["resource"]?.stringValue ?? ""
        let path = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/\(plural)?\(query.joined(separator: "&"))"
        // The CRD's defaults are in both; what the server sets is only in the second.
        let answer = await cluster.send("POST", path, sent(mutating))
        #expect(answer.status == 201)
        // A TrainJob whose owner does not exist may be collected, which is reviewed too, before we look.
        let calls = cluster.webhooks.calls.map(\.request).filter { $0["operation"] == mutating["operation"] }
        #expect(calls.count == 2)
        #expect(Self.comparable(calls.first) == Self.comparable(mutating))
        #expect(Self.comparable(calls.last) == Self.comparable(validating))
        #expect(calls.first?["object"]?["metadata"]?["uid"] == nil)
        #expect(calls.last?["object"]?["metadata"]?["uid"] != nil)
        #expect(cluster.webhooks.calls.first?.body.last == UInt8(ascii: "\n"))
    }

    @Test(
        "of an update of labels, of a status, and of a deletion",
        arguments: [
            ("update-labels.mutating", ""), ("update-status-merge-patch.validating", "/status"),
            ("delete-kubectl.validating", ""),
        ]
    )
    func later(_ name: String, _ subresource: String) async throws {
        let cluster = try await cluster()
        let recorded = try recorded(name)
        let base = "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs"
        var old = recorded["oldObject"] ?? .null
        let objectName = old["metadata"]?["name"]?.stringValue ?? ""
        var metadata: JSONObject = ["name": .string(objectName)]
        metadata["labels"] = old["metadata"]?["labels"]
        metadata["annotations"] = old["metadata"]?["annotations"]
        let status = old["status"]
        old["metadata"] = .object(metadata)
        try #require(await cluster.send("POST", base, old).status == 201)
        if let status {
            _ = await cluster.merge("\(base)/\(objectName)/status", ["status": status])
        }
        await configure(cluster)
        if recorded["operation"] == "DELETE" {
            _ = await cluster.send(
                "DELETE",
                "\(base)/\(objectName)",
                recorded["options"].map { options in
                    var options = options
                    options["apiVersion"] = "v1"
                    return options
                }
            )
        } else {
            let wanted = recorded["object"] ?? .null
            let manager = recorded["options"]?["fieldManager"]?.stringValue.map { "?fieldManager=\($0)" } ?? ""
            let patch: JSONValue =
                subresource.isEmpty
                ? ["metadata": ["labels": wanted["metadata"]?["labels"] ?? .null]]
                : ["status": wanted["status"] ?? .null]
            let answer = await cluster.merge("\(base)/\(objectName)\(subresource)\(manager)", patch)
            #expect(answer.status == 200)
        }
        let calls = cluster.webhooks.calls.map(\.request)
        #expect(calls.count == 2)
        #expect(Self.comparable(calls.last) == Self.comparable(recorded))
    }

    /// Without what is another one each time, and without what is not kept here.
    private static func comparable(_ request: JSONValue?) -> JSONValue {
        var request = request ?? .null
        request["uid"] = nil
        request["userInfo"] = nil
        for field in ["object", "oldObject"] {
            guard var object = request[field], !object.isNull else { continue }
            var metadata = object["metadata"] ?? .null
            for volatile in ["managedFields", "uid", "resourceVersion", "creationTimestamp"] {
                metadata[volatile] = nil
            }
            if let name = metadata["name"]?.stringValue, metadata["generateName"] != nil {
                metadata["name"] = .string(String(name.dropLast(5)))
                request["name"] = metadata["name"]
            }
            object["metadata"] = metadata
            request[field] = object
        }
        return request
    }
}
