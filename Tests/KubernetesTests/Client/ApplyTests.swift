import HTTP
import JSON
import Testing

@testable import Kubernetes

@Suite("A server-side apply")
struct ApplyTests {
    private static let object: JSONValue = [
        "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
        "metadata": ["name": "applied", "namespace": "ml-team"], "spec": ["numTrials": 3],
    ]

    @Test(
        "of an object says what, by whom and how firmly",
        arguments: ["apply-object-201", "apply-object-200", "apply-object-200-no-change"]
    )
    func object(fixture: String) async throws {
        let exchange = try FakeExchange(fixture)
        let answer = try await APIClient.make(exchange).apply(.jobs, Self.object, fieldManager: "kubeflow-sdk")
        #expect(answer == (try HTTPFixture(fixture).json))
        let request = try #require(exchange.requests.first)
        #expect(request.method == "PATCH")
        #expect(
            request.target
                == "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs/applied?fieldManager=kubeflow-sdk"
        )
        #expect(request.headers["Content-Type"] == "application/apply-patch+yaml")
        #expect(try JSONValue(parsing: request.body) == Self.object)
    }

    @Test("of a status can take fields over", arguments: ["apply-status-200-force", "trainjob-apply-status-200"])
    func status(fixture: String) async throws {
        let exchange = try FakeExchange(fixture)
        let client = APIClient.make(exchange).writing(with: WriteOptions(isDryRun: true, fieldManager: "unused"))
        _ = try await client.apply(
            .jobs,
            Self.object,
            fieldManager: "a b",
            force: true,
            subresource: "status"
        )
        #expect(
            exchange.requests.first?.target
                == "/apis/trainer.kubeflow.org/v1alpha1/namespaces/ml-team/optimizationjobs/applied/status"
                + "?dryRun=All&fieldManager=a%20b&force=true"
        )
    }

    private func conflicts(_ fixture: String) async throws -> [FieldConflict] {
        let client = APIClient.make(try FakeExchange(fixture))
        let error = await #expect(throws: APIError.self) {
            try await client.apply(.jobs, Self.object, fieldManager: "other")
        }
        #expect(error?.isConflict == true)
        return error?.fieldConflicts ?? []
    }

    @Test("tells which fields are whose when it cannot be done")
    func conflict() async throws {
        #expect(
            try await conflicts("apply-object-409-conflict") == [
                FieldConflict(
                    field: ".metadata.labels.stage",
                    manager: "kubeflow-sdk",
                    message: "conflict with \"kubeflow-sdk\""
                )
            ]
        )
        let status = try await conflicts("apply-status-409-conflict")
        #expect(status.map(\.manager) == ["optimizer", "optimizer"])
        #expect(status.map(\.field).allSatisfy { $0.hasPrefix(".status.conditions[type=\"Created\"].") })
        // A version that is too old is a conflict of another kind.
        #expect(try await conflicts("apply-409-stale-resource-version").isEmpty)
    }

    @Test(
        "that is refused gives the server's reason",
        arguments: ["apply-422-no-field-manager", "apply-status-404", "apply-status-422"]
    )
    func refused(fixture: String) async throws {
        let client = APIClient.make(try FakeExchange(fixture))
        let error = await #expect(throws: APIError.self) {
            try await client.apply(.jobs, Self.object, fieldManager: "")
        }
        #expect(error?.status?.json == (try HTTPFixture(fixture).json))
        #expect(error?.fieldConflicts == [])
    }

    @Test("whose answer was lost is made again, since that changes nothing")
    func lostAnswer() async throws {
        let exchange = FakeExchange([.failure(ConnectionLost()), .fixture(try HTTPFixture("apply-object-200"))])
        _ = try await APIClient.make(exchange).apply(.jobs, Self.object, fieldManager: "m")
        #expect(exchange.requests.count == 2)
    }
}
