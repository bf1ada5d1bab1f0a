import Admission
import Certificates
import HTTP
import JSON
import Kubernetes
import LocalCluster
import Logging
import Synchronization
import Testing
import Transport

@testable import Manager

/// Readiness against the embedded API server, over real sockets.
@Suite("Readiness")
struct ReadinessTests {
    private static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let subjects = [
        WebhookTrust.Subject(type: .mutatingWebhookConfigurations, name: "defaulter", path: "/mutate"),
        WebhookTrust.Subject(type: .validatingWebhookConfigurations, name: "validator", path: "/validate"),
    ]
    private static let host = "webhook.system.svc"

    private struct Nobody: HTTPHandler {
        func respond(to request: HTTPRequest) -> HTTPReply { .now(.text("")) }
    }

    /// A webhook configuration that calls our Service.
    private func configuration(_ subject: WebhookTrust.Subject, bundle: [UInt8]?, path: String? = nil) -> JSONValue {
        var client: JSONValue = [
            "service": ["name": "webhook", "namespace": "system", "path": .string(path ?? subject.path)]
        ]
        if let bundle { client["caBundle"] = .string(Base64.encode(bundle)) }
        return [
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": .string(subject.type.kind),
            "metadata": ["name": .string(subject.name)],
            "webhooks": [
                [
                    "name": "a.b.c", "clientConfig": client, "sideEffects": "None", "admissionReviewVersions": ["v1"],
                ]
            ],
        ]
    }

    private func webhooks() -> WebhookServer {
        WebhookServer(
            at: ListenAddress(host: "127.0.0.1", port: 0),
            clientAuthority: nil,
            handler: Nobody(),
            logger: Self.silent
        )
    }

    private func identity(_ certificate: ServingCertificate) throws -> ServingIdentity {
        try ServingIdentity(certificatePEM: certificate.certificatePEM, keyPEM: certificate.keyPEM)
    }

    private func outcome(_ readiness: ServingReadiness, _ name: String) -> HealthCheck.Outcome? {
        readiness.checks.first { $0.name == name }?.look()
    }

    private func reason(_ readiness: ServingReadiness, _ name: String) -> String {
        if case .failed(let reason) = outcome(readiness, name) { reason } else { "" }
    }

    @Test("needs a certificate that is valid now, a listener, and that nobody asked to stop")
    func withoutCluster() async throws {
        let folder = try Folder()
        let webhooks = webhooks()
        let time = Mutex(Timestamp.now().secondsSinceEpoch)
        let readiness = ServingReadiness(
            webhooks: webhooks,
            directory: CertificateDirectory(path: folder.path, logger: Self.silent),
            trust: nil,
            now: { time.withLock { $0 } }
        )
        #expect(reason(readiness, "certificate").contains("no certificate in \(folder.path)"))
        #expect(reason(readiness, "listener").contains("waits for a certificate"))

        let identity = try identity(try ServingCertificate.make())
        try webhooks.start(with: identity)
        #expect(readiness.checks.allSatisfy { if case .passed = $0.look() { true } else { false } })
        time.withLock { $0 = identity.validity.upperBound + 1 }
        #expect(
            reason(readiness, "certificate").contains(
                "expired at \(Timestamp(secondsSinceEpoch: identity.validity.upperBound))"
            )
        )
        time.withLock { $0 = identity.validity.lowerBound - 1 }
        #expect(reason(readiness, "certificate").contains("not valid before"))
        time.withLock { $0 = identity.validity.lowerBound }
        #expect(outcome(readiness, "certificate") == .passed)

        readiness.beginDraining()
        #expect(reason(readiness, "shutdown").contains("asked to stop"))
        await webhooks.running?.stop(within: .zero)
    }

    @Test("follows what both webhook configurations trust, and stays while the API server is away")
    func withCluster() async throws {
        let folder = try Folder()
        let cluster = try EmbeddedCluster()
        let (mutating, validating) = (Self.subjects[0], Self.subjects[1])
        let trust = WebhookTrust(api: cluster.api, subjects: Self.subjects, logger: Self.silent)
        let webhooks = webhooks()
        let certificate = try ServingCertificate.make(hosts: [Self.host])
        try webhooks.start(with: try identity(certificate))
        let readiness = ServingReadiness(
            webhooks: webhooks,
            directory: CertificateDirectory(path: folder.path, logger: Self.silent),
            trust: trust
        )
        #expect(reason(readiness, "ca-bundle").contains("MutatingWebhookConfiguration defaulter was not read yet"))
        let following = Task { await trust.run() }

        func becomes(_ text: String) async throws {
            try await eventually("the reason holds \"\(text)\"") { reason(readiness, "ca-bundle").contains(text) }
        }
        func becomesReady() async throws {
            try await eventually("it is ready") { outcome(readiness, "ca-bundle") == .passed }
        }
        func replace(_ subject: WebhookTrust.Subject, bundle: [UInt8]?, path: String? = nil) async throws {
            var object = configuration(subject, bundle: bundle, path: path)
            let old = try await cluster.api.get(subject.type, NamespacedName(namespace: "", name: subject.name))
            object["metadata"]?["resourceVersion"] = old["metadata"]?["resourceVersion"]
            _ = try await cluster.api.update(subject.type, object)
        }

        try await becomes("MutatingWebhookConfiguration defaulter does not exist")
        let good = certificate.authorityPEM
        _ = try await cluster.api.create(mutating.type, namespace: "", configuration(mutating, bundle: good))
        try await becomes("ValidatingWebhookConfiguration validator does not exist")
        _ = try await cluster.api.create(validating.type, namespace: "", configuration(validating, bundle: nil))
        try await becomes("validator has no caBundle yet")
        try await replace(validating, bundle: good)
        try await becomesReady()

        // Another authority, then both while one replaces the other.
        let other = try ServingCertificate.make(hosts: [Self.host])
        try await replace(mutating, bundle: other.authorityPEM)
        try await becomes("defaulter has a caBundle that does not fit the served certificate")
        try await replace(mutating, bundle: other.authorityPEM + good)
        try await becomesReady()

        // A certificate for another name proves nothing, whoever signed it.
        let misnamed = try ServingCertificate.make(hosts: ["other.system.svc"])
        try webhooks.replace(with: try identity(misnamed))
        try await replace(mutating, bundle: misnamed.authorityPEM)
        try await becomes("it is for other.system.svc")
        try webhooks.replace(with: try identity(certificate))
        try await replace(mutating, bundle: good, path: "/elsewhere")
        try await becomes("defaulter has no webhook that calls /mutate")
        try await replace(mutating, bundle: good)
        try await becomesReady()

        await cluster.stop()
        await #expect(throws: (any Error).self) {
            try await cluster.api.get(mutating.type, NamespacedName(namespace: "", name: mutating.name))
        }
        #expect(outcome(readiness, "ca-bundle") == .passed)
        following.cancel()
        await following.value
        await webhooks.running?.stop(within: .zero)
    }
}

@Suite("Whom a webhook configuration calls")
struct WebhookClientTests {
    @Test(
        "is the Service's name, or the URL's host, and the path",
        arguments: [
            (["service": ["name": "a", "namespace": "b", "path": "/p"]], "a.b.svc", "/p"),
            (["service": ["name": "a", "namespace": "b"]], "a.b.svc", "/"),
            (["url": "https://127.0.0.1:8443/p?x=y"], "127.0.0.1", "/p"),
            (["url": "https://[::1]:8443/p"], "::1", "/p"),
            (["url": "https://example.org/p/q"], "example.org", "/p/q"),
            (["url": "https://example.org"], "example.org", ""),
            (["url": "nonsense"], "nonsense", ""),
            (["url": 5], "", ""),
            ([:], "", ""),
        ] as [(JSONValue, String, String)]
    )
    func target(_ config: JSONValue, _ host: String, _ path: String) {
        let client = WebhookConfigurationView.Client(config)
        #expect(client.host == host)
        #expect(client.path == path)
        #expect(client.authorities == nil)
    }
}
