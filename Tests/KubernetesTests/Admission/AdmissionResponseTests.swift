import JSON
import Kubernetes
import Testing

@Suite("An admission response")
struct AdmissionResponseTests {
    @Test("is written as its review is", arguments: ["705ab4f5-6393-11e8-b7cc-42010a800002", "\"\\\n\u{E9}"])
    func text(uid: String) throws {
        let review: JSONValue = [
            "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "request": ["uid": .string(uid), "operation": "CREATE", "kind": ["kind": "Pod"]],
        ]
        let request = try AdmissionRequest(decoding: review.serialized())
        for response: AdmissionResponse in [
            .allowed(request), .allowed(request, warnings: ["mind the gap"]), .allowed(request, patch: JSONPatch([])),
            .denied(request, .badRequest("no")),
        ] {
            #expect(String(decoding: response.serialized(), as: UTF8.self) == response.review.description)
            #expect(response.review["response"]?["uid"] == .string(uid))
        }
    }
}
