import JSON
import Kubernetes
import Logging
import Testing
import Transport

@testable import Certificates

@Suite("The certificate generator")
struct CertificateGeneratorTests {
    private let time = TestTime()

    private func generate(
        _ api: any KubernetesAPI,
        _ change: (inout CertificateSettings) -> Void = { _ in }
    ) async throws(CertificateFailure) {
        var settings = CertificateSettings()
        change(&settings)
        try await CertificateGenerator(
            api: api,
            settings: settings,
            logger: .silent,
            time: time,
            now: { [time] in time.date }
        ).run()
    }

    /// The words of the error a run ends with; empty when it succeeds.
    private func complaint(
        _ api: any KubernetesAPI,
        _ change: (inout CertificateSettings) -> Void = { _ in }
    ) async -> String {
        do throws(CertificateFailure) {
            try await generate(api, change)
            return ""
        } catch {
            return "\(error)"
        }
    }

    // MARK: Nothing there yet

    @Test("makes a Secret of the TLS type, and both configurations trust its authority alone")
    func bootstraps() async throws {
        let cluster = try await InMemoryCluster.installed()
        try await generate(cluster.api)

        let secret = try await cluster.secret()
        #expect(secret.type == "kubernetes.io/tls")
        #expect(secret.object["data"]?.objectValue?.keys.sorted() == ["ca.crt", "tls.crt", "tls.key"])
        let identity = try secret.current.get()
        #expect(
            identity.leaf.dnsNames == [
                "optimizationjob-webhook.kubeflow-system.svc",
                "optimizationjob-webhook.kubeflow-system.svc.cluster.local",
                "optimizationjob-webhook.kubeflow-system", "optimizationjob-webhook",
            ]
        )
        #expect(identity.validity.upperBound == InMemoryCluster.start.secondsSinceEpoch + 365 * 86_400)
        #expect(secret.authorities.certificates.count == 1)
        for kind in WebhookConfiguration.Kind.allCases {
            #expect(try await cluster.configuration(kind).trusts(secret.authorities))
        }
        #expect(try await cluster.isConvinced(at: time.date))
    }

    @Test("writes the caBundle of the webhooks that call its Service, wherever they are, and touches nothing else")
    func touchesOnlyItsOwn() async throws {
        let cluster = try await InMemoryCluster.installed()
        var configuration = Samples.configuration(.validating)
        let stranger = Samples.webhook("other.example.org", service: "somebody-else")
        configuration["webhooks"] = .array([stranger] + (configuration["webhooks"]?.arrayValue ?? []))
        try await cluster.apply(configuration)
        let name = NamespacedName(namespace: "", name: "optimizationjob-validator")
        let before = try await cluster.api.get(.validatingWebhookConfigurations, name)

        try await generate(cluster.api)

        var after = try await cluster.api.get(.validatingWebhookConfigurations, name)
        let bundle = try #require(after["webhooks"]?[1]?["clientConfig"]?["caBundle"]?.stringValue)
        #expect(try await Base64.decode(bundle) == cluster.secret().authorities.pem)
        var webhooks = after["webhooks"]?.arrayValue ?? []
        var client = try #require(webhooks[1]["clientConfig"]?.objectValue)
        client.remove("caBundle")
        webhooks[1]["clientConfig"] = .object(client)
        after["webhooks"] = .array(webhooks)
        #expect(after["webhooks"] == before["webhooks"])
    }

    @Test("leaves a pair that works alone when no webhook calls the Service it was told of")
    func mistypedService() async throws {
        let cluster = try await InMemoryCluster.installed()
        try await generate(cluster.api)
        let log = CallLog()
        let complaint = await complaint(log.recording(cluster.api)) { $0.serviceName = "optimizationjob-webhok" }
        #expect(complaint.contains("calls Service kubeflow-system/optimizationjob-webhok"), "\(complaint)")
        #expect(log.calls.allSatisfy { $0.verb == "get" })
        #expect(try await cluster.isConvinced(at: time.date))
    }

    @Test("changes nothing when it runs again")
    func idempotent() async throws {
        let cluster = try await InMemoryCluster.installed()
        try await generate(cluster.api)
        let log = CallLog()
        try await generate(log.recording(cluster.api))
        #expect(log.calls.allSatisfy { $0.verb == "get" })
    }

    @Test("leaves a good pair as it is, and mends the trust in it", arguments: ["", "not PEM at all"])
    func mendsTrust(bundle: String) async throws {
        let cluster = try await InMemoryCluster.installed()
        try await generate(cluster.api)
        let before = try await cluster.secret().object
        var configuration = Samples.configuration(.mutating)
        configuration["webhooks"] = .array(
            (configuration["webhooks"]?.arrayValue ?? []).map { webhook in
                var webhook = webhook
                webhook["clientConfig"]?["caBundle"] = .string(Base64.encode(Array(bundle.utf8)))
                return webhook
            }
        )
        try await cluster.apply(configuration)
        try await generate(cluster.api)
        #expect(try await cluster.secret().object == before)
        #expect(try await cluster.isConvinced(at: time.date))
    }

    // MARK: A Secret that somebody made

    @Test("fills an empty Secret that was made so that a volume finds one", arguments: ["kubernetes.io/tls", "Opaque"])
    func fillsEmpty(type: String) async throws {
        let cluster = try await InMemoryCluster.installed()
        try await cluster.createSecret(type: type, type == "Opaque" ? [:] : ["tls.crt": "", "tls.key": ""])
        try await generate(cluster.api)
        #expect(try await cluster.secret().type == type)
        #expect(try await cluster.isConvinced(at: time.date))
    }

    /// Pairs that convince nobody.
    enum Broken: String, CaseIterable {
        case garbage, keyOfAnother, expired, otherHost, authorityOfAnother, half

        func data() throws -> [String: String] {
            let (certificate, key, authority) = try Samples.pair()
            switch self {
            case .garbage: return ["tls.crt": "-----BEGIN CERTIFICATE-----\nx\n", "tls.key": key, "ca.crt": authority]
            case .keyOfAnother:
                return ["tls.crt": certificate, "tls.key": try Samples.pair().key, "ca.crt": authority]
            case .expired:
                let old = try Samples.pair(
                    made: InMemoryCluster.start.advanced(by: .seconds(-100_000)),
                    lifetime: 99_999
                )
                return ["tls.crt": old.certificate, "tls.key": old.key, "ca.crt": old.authority]
            case .otherHost:
                let other = try Samples.pair(hosts: ["other.kubeflow-system.svc"])
                return ["tls.crt": other.certificate, "tls.key": other.key, "ca.crt": other.authority]
            case .authorityOfAnother:
                return ["tls.crt": certificate, "tls.key": key, "ca.crt": try Samples.pair().authority]
            case .half: return ["tls.crt": certificate, "tls.key": "", "ca.crt": authority]
            }
        }
    }

    @Test(
        "replaces a pair that convinces nobody, at once, and keeps what else is in the Secret",
        arguments: Broken.allCases
    )
    func replacesBroken(_ broken: Broken) async throws {
        let cluster = try await InMemoryCluster.installed()
        let data = try broken.data()
        try await cluster.createSecret(data.merging(["mine": "kept"]) { first, _ in first })
        try await generate(cluster.api)
        #expect(try await cluster.isConvinced(at: time.date))
        #expect(try await cluster.text("tls.crt") != data["tls.crt"])
        #expect(try await cluster.text("mine") == "kept")
        #expect(try await cluster.secret().hasNextKeys == false)
        #expect(time.now == .zero)
    }

    @Test("replaces a pair that is due or lacks a name only once every API server can know the new authority")
    func replacesDue() async throws {
        for (hosts, lifetime) in [
            (CertificateSettings().hosts, Int64(300)), (["optimizationjob-webhook.kubeflow-system.svc"], 86_400),
        ] {
            let cluster = try await InMemoryCluster.installed()
            let time = TestTime()
            // Of the first, more than two thirds are over: certificates are valid from 5 minutes before they are made.
            let old = try Samples.pair(hosts: hosts, lifetime: lifetime)
            try await cluster.createSecret(["tls.crt": old.certificate, "tls.key": old.key, "ca.crt": old.authority])
            if lifetime == 300 { time.advance(by: .seconds(150)) }
            let generator = CertificateGenerator(
                api: cluster.api,
                settings: CertificateSettings(),
                logger: .silent,
                time: time,
                now: { time.date }
            )
            let began = time.now
            try await generator.run()
            #expect(time.now - began == .seconds(120))
            #expect(try await cluster.text("tls.crt") != old.certificate)
            #expect(try await cluster.isConvinced(at: time.date))
            // Whoever serves the old certificate still does so to the API server's satisfaction.
            let former = try ServingIdentity(certificatePEM: Array(old.certificate.utf8), keyPEM: Array(old.key.utf8))
            for kind in WebhookConfiguration.Kind.allCases {
                let trusted = try #require(try await cluster.configuration(kind).ours.first?.trusted)
                #expect(trusted.certificates.count == 2)
                #expect(
                    !trusted.vouching(
                        for: former.chain,
                        host: CertificateSettings().primaryHost,
                        at: time.date.secondsSinceEpoch
                    ).isEmpty
                )
            }
        }
    }

    @Test("leaves a certificate from the future as it is, says so, and makes another once that is deleted")
    func fromFuture() async throws {
        let cluster = try await InMemoryCluster.installed()
        let fast = InMemoryCluster.start.advanced(by: .seconds(86_400))
        try await CertificateGenerator(
            api: cluster.api,
            settings: CertificateSettings(),
            logger: .silent,
            time: time,
            now: { fast }
        ).run()
        let before = try await cluster.text("tls.crt")
        let words = await complaint(cluster.api)
        #expect(words.contains("is not valid before \(fast.advanced(by: .seconds(-300)))"))
        #expect(words.contains("delete the Secret"))
        #expect(try await cluster.text("tls.crt") == before)

        try await cluster.api.delete(
            .secrets,
            NamespacedName(namespace: "kubeflow-system", name: "optimizationjob-webhook-cert"),
            DeleteOptions()
        )
        try await generate(cluster.api)
        #expect(try await cluster.isConvinced(at: time.date))
    }

    @Test("drops the old authority when it runs again after the time for that")
    func dropsOld() async throws {
        let cluster = try await InMemoryCluster.installed()
        let old = try Samples.pair(hosts: ["optimizationjob-webhook.kubeflow-system.svc"])
        try await cluster.createSecret(["tls.crt": old.certificate, "tls.key": old.key, "ca.crt": old.authority])
        try await generate(cluster.api)
        time.advance(by: .seconds(3599))
        try await generate(cluster.api)
        #expect(try await cluster.secret().authorities.certificates.count == 2)
        time.advance(by: .seconds(1))
        try await generate(cluster.api)
        #expect(try await cluster.secret().authorities.certificates.count == 1)
        #expect(try await cluster.configuration(.mutating).ours.first?.trusted.certificates.count == 1)
        #expect(try await cluster.isConvinced(at: time.date))
    }

    @Test("finds the authority of a good pair in the caBundle when ca.crt lacks it")
    func adoptsAuthority() async throws {
        let cluster = try await InMemoryCluster.installed()
        try await generate(cluster.api)
        let before = try await cluster.secret()
        var object = before.object
        object["data"]?["ca.crt"] = .string("")
        _ = try await cluster.api.update(.secrets, object)
        try await generate(cluster.api)
        let after = try await cluster.secret()
        #expect(try after.current.get() == before.current.get())
        #expect(after.authorities == before.authorities)
    }

    @Test("goes on to trust who is trusted when the Secret was deleted under running replicas")
    func secretDeleted() async throws {
        let cluster = try await InMemoryCluster.installed()
        try await generate(cluster.api)
        let served = try await cluster.secret().current.get()
        try await cluster.api.delete(.secrets, InMemoryCluster.secretName)
        let time = time
        var watched = InterceptedAPI(base: cluster.api)
        watched.after = { _ async throws(APIError) in
            // Whoever starts at this moment serves what is there.
            guard let secret = try? await cluster.secret(), case .success = secret.current else { return }
            #expect(await (try? cluster.isConvinced(at: time.date)) == true)
        }
        try await generate(watched)
        #expect(try await cluster.secret().current.get() != served)
        for kind in WebhookConfiguration.Kind.allCases {
            let trusted = try #require(try await cluster.configuration(kind).ours.first?.trusted)
            let host = CertificateSettings().primaryHost
            #expect(!trusted.vouching(for: served.chain, host: host, at: time.date.secondsSinceEpoch).isEmpty)
        }
        #expect(try await cluster.isConvinced(at: time.date))
    }

    @Test("takes over a bounded number of the authorities that only a caBundle names")
    func boundedAdoption() async throws {
        let cluster = try await InMemoryCluster.installed()
        let many = try (0..<20).map { _ in try Samples.pair().authority }.joined()
        var configuration = Samples.configuration(.mutating)
        var webhooks = configuration["webhooks"]?.arrayValue ?? []
        webhooks[0]["clientConfig"]?["caBundle"] = .string(Base64.encode(Array(many.utf8)))
        configuration["webhooks"] = .array(webhooks)
        try await cluster.apply(configuration)
        try await generate(cluster.api)
        #expect(try await cluster.secret().authorities.certificates.count == 9)
        #expect(try await cluster.isConvinced(at: time.date))
    }

    // MARK: Owners

    @Test("gives the Secret to the Job or Deployment asked for, and drops the reference to one that is gone")
    func owners() async throws {
        let cluster = try await InMemoryCluster.installed()
        func create(_ type: ResourceType, _ name: String) async throws -> String {
            let object: JSONValue = [
                "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": ["name": .string(name)],
            ]
            return ObjectMeta(try await cluster.api.create(type, namespace: "kubeflow-system", object)).uid
        }
        let jobUID = try await create(.jobs, "generator")
        try await generate(cluster.api) { $0.owner = SecretOwner("job/generator") }
        #expect(
            try await cluster.secret().metadata.ownerReferences == [
                OwnerReference(apiVersion: "batch/v1", kind: "Job", name: "generator", uid: jobUID)
            ]
        )
        let pair = try await cluster.secret().current.get()

        let deploymentUID = try await create(.deployments, "controller")
        try await generate(cluster.api) { $0.owner = SecretOwner("Deployment/controller") }
        #expect(try await cluster.secret().metadata.ownerReferences.map(\.uid) == [jobUID, deploymentUID])

        try await cluster.api.delete(.deployments, NamespacedName(namespace: "kubeflow-system", name: "controller"))
        let newUID = try await create(.deployments, "controller")
        try await generate(cluster.api) { $0.owner = SecretOwner("Deployment/controller") }
        let owners = try await cluster.secret().metadata.ownerReferences.map(\.uid)
        #expect(owners.contains(newUID) && !owners.contains(deploymentUID))
        #expect(try await cluster.secret().current.get() == pair)
    }

    @Test("says what to do about an owner that is missing, or that will take the Secret with it")
    func badOwners() async throws {
        let cluster = try await InMemoryCluster.installed()
        let missing = await complaint(cluster.api) { $0.owner = SecretOwner("Deployment/controller") }
        #expect(missing.contains("Deployment kubeflow-system/controller"))
        #expect(missing.contains("--owner"))
        #expect(try await cluster.isConvinced(at: time.date))
        let job: JSONValue = [
            "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "generator"],
            "spec": ["ttlSecondsAfterFinished": 300],
        ]
        _ = try await cluster.api.create(.jobs, namespace: "kubeflow-system", job)
        let passing = await complaint(cluster.api) { $0.owner = SecretOwner("Job/generator") }
        #expect(passing.contains("is deleted 300 s after it finishes"))
        #expect(try await cluster.secret().metadata.ownerReferences.isEmpty)
    }

    // MARK: What only people can mend

    @Test(
        "names verb, resource and remedy when it is not allowed something",
        arguments: [
            ("get", "mutatingwebhookconfigurations.admissionregistration.k8s.io \"optimizationjob-defaulter\""),
            ("get", "secrets \"kubeflow-system/optimizationjob-webhook-cert\""),
            ("create", "secrets \"kubeflow-system/optimizationjob-webhook-cert\""),
            ("patch", "validatingwebhookconfigurations.admissionregistration.k8s.io \"optimizationjob-validator\""),
        ]
    )
    func forbidden(verb: String, resource: String) async throws {
        let cluster = try await InMemoryCluster.installed()
        let api = InterceptedAPI(
            base: cluster.api,
            before: { call async throws(APIError) in
                guard call.verb == verb, resource.hasPrefix(call.type.qualifiedPlural + " ") else { return }
                throw .status(.forbidden(call.type, call.name, because: "User \"x\" cannot"), retryAfter: nil)
            }
        )
        let words = await complaint(api)
        #expect(words.hasPrefix("cannot \(verb) \(resource): "))
        #expect(words.contains("allow the ServiceAccount or user to \(verb) it"))
    }

    @Test("says which namespace is missing")
    func missingNamespace() async throws {
        let cluster = InMemoryCluster()
        for kind in WebhookConfiguration.Kind.allCases { try await cluster.apply(Samples.configuration(kind)) }
        let words = await complaint(cluster.api)
        #expect(words.contains("namespaces \"kubeflow-system\" not found"))
        #expect(words.contains("--namespace"))
    }

    @Test("says which configuration is missing after doing all the rest, and finishes when it is there")
    func missingConfiguration() async throws {
        let cluster = InMemoryCluster()
        try await cluster.createNamespace("kubeflow-system")
        try await cluster.apply(Samples.configuration(.mutating))
        let words = await complaint(cluster.api)
        #expect(words.contains("ValidatingWebhookConfiguration \"optimizationjob-validator\" does not exist"))
        #expect(words.contains("--validating-webhook-configuration"))
        let pair = try await cluster.secret().current.get()
        #expect(try await cluster.configuration(.mutating).trusts(cluster.secret().authorities))

        try await cluster.apply(Samples.configuration(.validating))
        try await generate(cluster.api)
        #expect(try await cluster.secret().current.get() == pair)
        #expect(try await cluster.isConvinced(at: time.date))
    }

    @Test("says whom a configuration calls when that is not its Service, and makes no Secret for nobody")
    func otherNamespace() async throws {
        let cluster = try await InMemoryCluster.installed()
        try await cluster.createNamespace("tuning")
        let log = CallLog()
        let words = await complaint(log.recording(cluster.api)) { $0.namespace = "tuning" }
        #expect(words.contains("calls Service tuning/optimizationjob-webhook"))
        #expect(words.contains("they call kubeflow-system/optimizationjob-webhook"))
        #expect(log.calls.allSatisfy { $0.verb == "get" })
    }

    /// Secrets that are none of its business: what a Secret has more, and a word of the complaint about it.
    private static let strangers: [(type: String, extra: JSONObject, words: String)] = [
        ("example.com/other", [:], "has type example.com/other"), ("Opaque", ["immutable": true], "is immutable"),
        (
            "kubernetes.io/tls",
            [
                "metadata": [
                    "name": "optimizationjob-webhook-cert",
                    "annotations": ["cert-manager.io/certificate-name": "webhook"],
                ]
            ],
            "is kept by cert-manager's Certificate webhook"
        ),
        (
            "Opaque", ["metadata": ["name": "optimizationjob-webhook-cert", "finalizers": ["example.com/hold"]]],
            "is being deleted"
        ),
    ]

    @Test("leaves a Secret alone that is not its own", arguments: strangers)
    func leavesAlone(type: String, extra: JSONObject, words: String) async throws {
        let cluster = try await InMemoryCluster.installed()
        try await cluster.createSecret(type: type, ["tls.crt": "", "tls.key": ""], extra: extra)
        if words == "is being deleted" { try await cluster.api.delete(.secrets, InMemoryCluster.secretName) }
        let before = try await cluster.secret().object
        #expect(await complaint(cluster.api).contains(words))
        #expect(try await cluster.secret().object == before)
    }

    @Test("refuses settings that make no sense before it calls anybody")
    func badSettings() async throws {
        let cluster = try await InMemoryCluster.installed()
        let log = CallLog()
        let words = await complaint(log.recording(cluster.api)) { settings in
            settings.namespace = "Not A Name"
            settings.lifetime = .seconds(3600)
        }
        #expect(words.contains("--namespace \"Not A Name\""))
        #expect(words.contains("--lifetime: must be from 11160 seconds"))
        #expect(log.calls.isEmpty)
    }

    @Test("gives up with a reason when somebody else always writes first")
    func restless() async throws {
        let cluster = try await InMemoryCluster.installed()
        let api = InterceptedAPI(
            base: cluster.api,
            before: { call async throws(APIError) in
                guard call.verb == "patch" else { return }
                throw .status(.conflict(call.type, call.name), retryAfter: nil)
            }
        )
        #expect(await complaint(api).contains("somebody else keeps changing"))
    }

    @Test("tries again when the API server was away for a moment, and says so when it stays away")
    func transient() async throws {
        let cluster = try await InMemoryCluster.installed()
        let log = CallLog()
        let api = InterceptedAPI(
            base: cluster.api,
            before: { call async throws(APIError) in
                log.add(call)
                if log.calls.count <= 5 { throw .transport("connection refused") }
            }
        )
        try await generate(api)
        #expect(try await cluster.isConvinced(at: time.date))
        let away = InterceptedAPI(
            base: cluster.api,
            before: { _ async throws(APIError) in throw .transport("connection refused") }
        )
        #expect(await complaint(away).contains("connection refused; check that the API server can be reached"))
    }
}
