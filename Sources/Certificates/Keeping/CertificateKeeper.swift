import JSON
import Kubernetes
import Logging
import Transport

/// Carries plans out: looks, decides, does one thing.
struct CertificateKeeper: Sendable {
    /// What came of one look.
    enum Outcome: Sendable {
        /// One step was done.
        case stepped
        /// Somebody else was first; nothing was done.
        case outrun(String)
        /// There was nothing to do.
        case resting(CertificatePlan)
    }

    let api: any KubernetesAPI
    let settings: CertificateSettings
    let logger: Logger
    /// The time of day.
    let now: @Sendable () -> Timestamp

    private var secretName: NamespacedName {
        NamespacedName(namespace: settings.namespace, name: settings.secretName)
    }

    /// Looks at the cluster and takes the next step.
    func step() async throws(CertificateFailure) -> Outcome {
        let seen = try await observe()
        let plan = CertificatePlanner(settings: settings).plan(seen)
        guard let step = plan.step else { return .resting(plan) }
        do throws(CertificateFailure) {
            try await take(step, owner: seen.owner)
        } catch {
            guard case .unsettled(let who) = error else { throw error }
            return .outrun(who)
        }
        logger.info("\(step)", metadata: ["reason": "\(plan.reason)"])
        return .stepped
    }

    // MARK: Looking

    func observe() async throws(CertificateFailure) -> CertificateObservation {
        var configurations: [WebhookConfiguration] = []
        for kind in WebhookConfiguration.Kind.allCases {
            let name = NamespacedName(namespace: "", name: kind.name(in: settings))
            guard let object = try await get(kind.type, name) else { continue }
            configurations.append(WebhookConfiguration(object, kind: kind, settings: settings))
        }
        let secret = try await get(.secrets, secretName)
        var seen = CertificateObservation(
            configurations: configurations,
            secret: secret.map { CertificateSecret($0) },
            now: now()
        )
        if let owner = settings.owner {
            let name = NamespacedName(namespace: settings.namespace, name: owner.name)
            if let object = try await get(owner.type, name) {
                if let seconds = object["spec"]?["ttlSecondsAfterFinished"]?.int64Value, owner.kind == .job {
                    seen.problems.append(
                        .passingOwner(owner, namespace: settings.namespace, seconds: seconds)
                    )
                } else {
                    seen.owner = OwnerReference(
                        apiVersion: owner.type.apiVersion,
                        kind: owner.type.kind,
                        name: owner.name,
                        uid: ObjectMeta(object).uid
                    )
                }
            } else {
                seen.problems.append(.missingOwner(owner, namespace: settings.namespace))
            }
        }
        return seen
    }

    /// An object, or `nil` if there is none.
    private func get(_ type: ResourceType, _ name: NamespacedName) async throws(CertificateFailure) -> JSONValue? {
        do {
            return try await api.get(type, name)
        } catch {
            if error.isNotFound { return nil }
            throw failure("get", type, name, error)
        }
    }

    // MARK: Doing

    /// - Throws: `.unsettled` when somebody else was first.
    private func take(_ step: CertificatePlan.Step, owner: OwnerReference?) async throws(CertificateFailure) {
        switch step {
        case .create(let others):
            let (identity, authority) = try issue()
            let secret = CertificateSecret.created(
                settings,
                identity,
                trusting: Authorities([authority]).union(others),
                owner: owner,
                isStaged: !others.isEmpty
            )
            do {
                _ = try await api.create(.secrets, namespace: settings.namespace, secret)
            } catch {
                if error.isAlreadyExists { throw .unsettled("Secret \(secretName) was created by somebody else") }
                throw failure("create", .secrets, secretName, error)
            }
        case .stage(let secret, let others):
            let (identity, authority) = try issue()
            try await update(secret.staging(identity, trusting: others.union(Authorities([authority]))))
        case .update(let secret):
            try await update(secret)
        case .publish(let configuration, let pem):
            let type = configuration.kind.type
            let name = NamespacedName(namespace: "", name: configuration.metadata.name)
            do {
                _ = try await api.patch(type, name, .json(configuration.patch(trusting: pem)))
            } catch {
                if error.isConflict || error.isNotFound { throw .unsettled("\(type.kind) \(name) changed meanwhile") }
                throw failure("patch", type, name, error)
            }
        }
    }

    private func update(_ secret: JSONValue) async throws(CertificateFailure) {
        do {
            _ = try await api.update(.secrets, secret)
        } catch {
            if error.isConflict || error.isNotFound { throw .unsettled("Secret \(secretName) changed meanwhile") }
            throw failure("update", .secrets, secretName, error)
        }
    }

    /// Makes an authority, has it sign one certificate, and forgets its key.
    private func issue() throws(CertificateFailure) -> (ServingIdentity, Certificate) {
        let now = now()
        let lifetime = settings.lifetime.components.seconds
        do {
            let authority = try CertificateAuthority.make(
                // People tell authorities apart by the name; programs do by the key.
                commonName: "\(settings.serviceName) \(now)",
                now: now.secondsSinceEpoch,
                validity: lifetime
            )
            let issued = try authority.issueServing(
                hosts: settings.hosts,
                now: now.secondsSinceEpoch,
                validity: lifetime
            )
            let identity = try ServingIdentity(certificatePEM: issued.certificatePEM, keyPEM: issued.keyPEM)
            return (identity, authority.certificate)
        } catch {
            throw .issuing(error)
        }
    }

    private func failure(
        _ verb: String,
        _ type: ResourceType,
        _ name: NamespacedName,
        _ error: APIError
    ) -> CertificateFailure {
        error == .cancelled ? .cancelled : .call(CertificateFailure.CallFailure(verb, type, name, error))
    }
}

extension CertificatePlan.Step: CustomStringConvertible {
    /// What was done, for the log.
    var description: String {
        switch self {
        case .create: "created the Secret with a new certificate"
        case .stage: "put a new certificate beside the one in use"
        case .update: "updated the Secret"
        case .publish(let configuration, _):
            "wrote the caBundle of \(configuration.kind.type.kind) \(configuration.metadata.name)"
        }
    }
}
