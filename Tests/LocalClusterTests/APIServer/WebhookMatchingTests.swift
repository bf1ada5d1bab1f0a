import JSON
import Testing

@testable import LocalCluster

@Suite("A webhook is asked")
struct WebhookMatchingTests {
    private func attributes(
        _ operation: AdmissionAttributes.Operation = .create,
        _ kind: ServedKind = .optimizationJobs,
        subresource: Route.Subresource = .none,
        labels: JSONValue = ["a": "b"],
        oldLabels: JSONValue? = nil
    ) -> AdmissionAttributes {
        AdmissionAttributes(
            operation: operation,
            kind: kind,
            subresource: subresource,
            name: "x",
            namespace: "default",
            object: operation == .delete ? nil : ["metadata": ["labels": labels]],
            oldObject: oldLabels.map { ["metadata": ["labels": $0]] },
            options: [:],
            isDryRun: false,
            user: .administrator
        )
    }

    private func webhook(_ rule: JSONObject = [:], _ extra: JSONObject = [:]) throws -> Webhook {
        var full: JSONObject = [
            "operations": ["*"], "apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "scope": "*",
        ]
        for (key, value) in rule { full[key] = value }
        var webhook: JSONObject = [
            "name": "a.b.c", "clientConfig": ["url": "https://localhost/"], "rules": [.object(full)],
        ]
        for (key, value) in extra { webhook[key] = value }
        return try #require(Webhook(.object(webhook), isMutating: false))
    }

    @Test(
        "by resource and subresource",
        arguments: [
            ("*", "", true), ("*", "status", false), ("*/*", "", true), ("*/*", "status", true),
            ("optimizationjobs", "", true), ("optimizationjobs", "status", false),
            ("optimizationjobs/status", "status", true), ("optimizationjobs/status", "", false),
            ("optimizationjobs/*", "", true), ("optimizationjobs/*", "status", true), ("*/status", "status", true),
            ("trainjobs", "", false), ("trainjobs/*", "status", false), ("", "", false),
        ]
    )
    func resources(_ pattern: String, _ subresource: String, _ expected: Bool) throws {
        let webhook = try webhook(["resources": [.string(pattern)]])
        let subresource = try #require(Route.Subresource(rawValue: subresource))
        #expect(webhook.matches(attributes(subresource: subresource), namespaceLabels: [:]) == expected)
    }

    @Test("by operation, group, version and scope")
    func rules() throws {
        let cases: [(JSONObject, Bool)] = [
            (["operations": ["UPDATE", "DELETE"]], false), (["operations": ["UPDATE", "CREATE"]], true),
            (["apiGroups": [""]], false), (["apiGroups": ["trainer.kubeflow.org"]], true),
            (["apiVersions": ["v1"]], false), (["apiVersions": ["v1", "v1alpha1"]], true),
            (["scope": "Cluster"], false), (["scope": "Namespaced"], true), (["operations": []], false),
        ]
        for (rule, expected) in cases {
            #expect(try webhook(rule).matches(attributes(), namespaceLabels: [:]) == expected)
        }
    }

    @Test("by the labels of the object before or after")
    func objectSelector() throws {
        let selector: JSONObject = ["objectSelector": ["matchLabels": ["a": "b"]]]
        let webhook = try webhook([:], selector)
        #expect(webhook.matches(attributes(), namespaceLabels: [:]))
        #expect(!webhook.matches(attributes(labels: ["a": "c"]), namespaceLabels: [:]))
        #expect(webhook.matches(attributes(.update, labels: [:], oldLabels: ["a": "b"]), namespaceLabels: [:]))
        #expect(webhook.matches(attributes(.delete, oldLabels: ["a": "b"]), namespaceLabels: [:]))
    }

    @Test("by the labels of the namespace, if there is one")
    func namespaceSelector() throws {
        let webhook = try webhook(
            [:],
            [
                "namespaceSelector": [
                    "matchExpressions": [
                        ["key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]]
                    ]
                ]
            ]
        )
        #expect(webhook.matches(attributes(), namespaceLabels: ["kubernetes.io/metadata.name": "default"]))
        #expect(!webhook.matches(attributes(), namespaceLabels: ["kubernetes.io/metadata.name": "kube-system"]))
        #expect(webhook.matches(attributes(.create, .clusterTrainingRuntimes), namespaceLabels: nil))
    }

    @Test(
        "at the address its configuration means",
        arguments: [
            ("https://127.0.0.1:8443/validate?timeout=1s", "127.0.0.1", 8443, "/validate?timeout=1s"),
            ("https://localhost", "localhost", 443, "/"), ("https://[::1]:9443/x", "::1", 9443, "/x"),
            ("https://a.b.svc:443?timeout=1s", "a.b.svc", 443, "/?timeout=1s"),
        ]
    )
    func addresses(_ url: String, _ host: String, _ port: Int, _ target: String) throws {
        let address = try #require(WebhookAddress(url: url))
        #expect(address.host == host)
        #expect(Int(address.port) == port)
        #expect(address.target == target)
    }

    @Test(
        "nowhere if the address is none",
        arguments: [
            "", "http://localhost/", "https://", "https:///x", "https://a:b/", "https://a:0/", "https://a:70000/",
            "https://[::1/", "https://a b/", "https://a/\r\nX: y",
        ]
    )
    func badAddresses(_ url: String) {
        #expect(WebhookAddress(url: url) == nil)
    }
}
