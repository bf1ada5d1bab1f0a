import Testing

@testable import Kubernetes

@Suite("A resource type")
struct ResourceTypeTests {
    @Test(
        "knows the paths of its objects",
        arguments: [
            (
                ResourceType.jobs, "ml", "a", "status",
                "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml/optimizationjobs/a/status"
            ),
            (.jobs, "ml", "a", nil, "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml/optimizationjobs/a"),
            (.jobs, "ml", nil, nil, "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml/optimizationjobs"),
            (.jobs, nil, nil, nil, "/apis/trainer.kubeflow.org/v1alpha1/optimizationjobs"),
            (.jobs, "", nil, nil, "/apis/trainer.kubeflow.org/v1alpha1/optimizationjobs"),
            (.secrets, "ml", "a", nil, "/api/v1/namespaces/ml/secrets/a"),
            (.namespaces, "ml", "a", nil, "/api/v1/namespaces/a"),
            (.secrets, "a/b", "../c?d#é", nil, "/api/v1/namespaces/a%2Fb/secrets/..%2Fc%3Fd%23%C3%A9"),
        ] as [(ResourceType, String?, String?, String?, String)]
    )
    func paths(type: ResourceType, namespace: String?, name: String?, subresource: String?, path: String) {
        #expect(type.path(namespace: namespace, name: name, subresource: subresource) == path)
    }

    @Test("has the names that objects and errors use")
    func names() {
        #expect(ResourceType.jobs.apiVersion == "trainer.kubeflow.org/v1alpha1")
        #expect(ResourceType.secrets.apiVersion == "v1")
        #expect(ResourceType.jobs.qualifiedPlural == "optimizationjobs.trainer.kubeflow.org")
        #expect(ResourceType.secrets.qualifiedPlural == "secrets")
        #expect(ResourceType.jobs.qualifiedKind == "OptimizationJob.trainer.kubeflow.org")
        #expect(ResourceType.secrets.qualifiedKind == "Secret")
        #expect(ResourceType.jobs.listKind == "OptimizationJobList")
    }

    @Test(
        "accepts the names that an API server accepts",
        arguments: [
            ("a", true), ("a-b.c-1", true), ("Bad_Name", false), ("", false), ("-a", false), ("a-", false),
            ("a..b", false), (".a", false), ("é", false), (String(repeating: "a", count: 253), true),
            (String(repeating: "a", count: 254), false),
        ]
    )
    func subdomains(name: String, isValid: Bool) {
        #expect(NameRules.subdomainProblems(name).isEmpty == isValid)
    }

    @Test("complains about a name in an API server's words")
    func complaint() throws {
        let status = try #require(HTTPFixture("create-422-name").json.flatMap { Status(decoding: $0) })
        let problems = NameRules.subdomainProblems("Bad_Name")
        #expect(
            status.details?.causes.first?.message == "Invalid value: \"Bad_Name\": \(problems.joined(separator: "; "))"
        )
    }

    @Test(
        "accepts the label keys that an API server accepts",
        arguments: [
            ("a", true), ("A_b.c-d", true), ("example.com/A", true), ("/a", false), ("a/", false), ("a/b/c", false),
            ("Example.com/a", false), ("", false), ("_a", false), (String(repeating: "a", count: 64), false),
        ]
    )
    func labelKeys(key: String, isValid: Bool) {
        #expect(NameRules.labelKeyProblems(key).isEmpty == isValid)
    }

    @Test(
        "accepts the label values that an API server accepts",
        arguments: [
            ("", true), ("A_b.c-d", true), ("a b", false), ("-a", false), (String(repeating: "a", count: 63), true),
            (String(repeating: "a", count: 64), false),
        ]
    )
    func labelValues(value: String, isValid: Bool) {
        #expect(NameRules.labelValueProblems(value).isEmpty == isValid)
    }
}
