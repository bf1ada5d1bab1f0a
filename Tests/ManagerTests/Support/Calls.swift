import Admission
import Certificates
import HTTP
import JSON
import Testing
import Transport

/// Calls to the servers of a manager, as those who use them make them.
enum Calls {
    /// Reads a page of the probes or metrics.
    static func get(_ target: String, port: UInt16, headers: HTTPFields = [:]) async throws -> HTTPResponse {
        let client = try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: port, tls: nil))
        do {
            let response = try await client.send(
                HTTPRequest(method: "GET", target: target, headers: headers),
                timeout: .seconds(20)
            )
            await client.shutdown()
            return response
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Reads a page as text, `""` when nobody answers.
    static func text(_ target: String, port: UInt16) async -> String {
        (try? await get(target, port: port)).map { String(decoding: $0.bytes ?? [], as: UTF8.self) } ?? ""
    }

    /// A client that trusts the authority of a certificate.
    static func webhookClient(port: UInt16, trusting certificate: ServingCertificate) throws -> HTTPClient {
        try HTTPClient(origin: HTTPOrigin(host: "127.0.0.1", port: port, tls: certificate.clientConfiguration))
    }

    /// Asks the validating webhook, as an API server does.
    static func review(_ object: JSONValue = job, uid: String = "7f0b") -> HTTPRequest {
        let review: JSONValue = [
            "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "request": [
                "uid": .string(uid),
                "kind": ["group": "trainer.kubeflow.org", "version": "v1alpha1", "kind": "OptimizationJob"],
                "name": "example", "namespace": "default", "operation": "CREATE", "object": object,
            ],
        ]
        return HTTPRequest(
            method: "POST",
            target: WebhookPaths.validate + "?timeout=10s",
            headers: ["Content-Type": "application/json"],
            body: review.serialized()
        )
    }

    /// Whether an answer allows what was asked for; `nil` when it is no review.
    static func isAllowed(_ response: HTTPResponse) -> Bool? {
        (try? JSONValue(parsing: response.bytes ?? []))?["response"]?["allowed"]?.boolValue
    }

    /// A job that the webhooks accept.
    static let job: JSONValue = [
        "apiVersion": "trainer.kubeflow.org/v1alpha1", "kind": "OptimizationJob",
        "metadata": ["name": "example", "namespace": "default"],
        "spec": [
            "objectives": [["metric": "loss"]],
            "parameters": [["name": "x", "searchSpace": ["uniform": ["min": "0", "max": "1"]]]],
            "numTrials": 2, "parallelTrials": 2,
            "trainJobTemplate": ["spec": ["runtimeRef": ["name": "torch-distributed"]]],
        ],
    ]
}
