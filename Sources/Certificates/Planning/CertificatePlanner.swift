import Kubernetes
import Transport

/// Decides about the certificates, from what the cluster shows and the time alone.
///
/// Everything a renewal has to remember is in the Secret, so any process can take it up at any step:
///
/// 1. A new pair is put beside the one in use, and its authority is added to `ca.crt`.
/// 2. Both `caBundle`s are made to say what `ca.crt` says. Now either certificate convinces the API server.
/// 3. The time is noted, and `publicationDelay` passes.
/// 4. The new pair takes the old one's place, and the time is noted. Replicas begin to serve it as their volumes follow.
/// 5. `retirementDelay` passes. Only the new authority stays in `ca.crt`, then in the `caBundle`s.
///
/// A pair in place of one that is lost, or convinces nobody any more, takes the same steps without the waiting of step 3. A
/// first pair, whose webhooks trust nobody yet, is put in its place at once.
struct CertificatePlanner: Sendable {
    let settings: CertificateSettings

    /// What to do next.
    func plan(_ seen: CertificateObservation) -> CertificatePlan {
        let problems = seen.problems + problems(seen.configurations)
        guard seen.configurations.isEmpty || seen.configurations.contains(where: { !$0.ours.isEmpty }) else {
            // Most likely a mistyped name. A certificate for a Service that nobody calls helps nobody, and must not take
            // the place of one that works.
            return CertificatePlan(step: nil, reason: "no webhook calls the Service", problems: problems)
        }
        let trusted = trustedNow(seen)
        guard let secret = seen.secret else {
            return CertificatePlan(
                step: .create(alsoTrusting: trusted.prefix(Self.maximumAdopted)),
                reason: "there is no Secret",
                problems: problems
            )
        }
        if let problem = problem(secret) {
            return CertificatePlan(step: nil, reason: "\(problem)", problems: problems + [problem])
        }
        var plan = plan(secret, trusted, seen)
        plan.problems = problems
        if secret.isImmutable, plan.step?.writesSecret == true {
            plan.step = nil
            plan.problems.append(.immutableSecret(secret: secretName))
        }
        // Who made it had a clock that was fast, or this one is slow. It is not replaced, since that cannot be told apart
        // here and a slow clock makes certificates that have expired, but it must not pass for well either.
        if case .success(let current) = secret.current, current.validity.lowerBound > seen.now.secondsSinceEpoch {
            let start = Timestamp(secondsSinceEpoch: current.validity.lowerBound)
            plan.problems.append(.fromFuture(secret: secretName, start: start))
        }
        return plan
    }

    /// With authorities that only a `caBundle` names, so many are kept at most besides the ones in use: whoever may write
    /// a `caBundle` shall not fill the Secret. A rotation has two.
    private static let maximumAdopted = 8

    private var secretName: String { "\(settings.namespace)/\(settings.secretName)" }

    /// Whom the API server trusts at present to answer our webhooks, whoever put them there.
    private func trustedNow(_ seen: CertificateObservation) -> Authorities {
        Authorities(seen.configurations.flatMap(\.ours).flatMap(\.trusted.certificates))
            .unexpired(at: seen.now.secondsSinceEpoch)
    }

    // MARK: The Secret's own state

    private func plan(
        _ secret: CertificateSecret,
        _ trusted: Authorities,
        _ seen: CertificateObservation
    ) -> CertificatePlan {
        if let owner = seen.owner, !secret.metadata.ownerReferences.contains(where: { $0.uid == owner.uid }) {
            return CertificatePlan(
                step: .update(secret.owned(by: owner)),
                reason: "the Secret shall go with \(owner.kind) \(owner.name)"
            )
        }
        let verdict = PairVerdict(secret.current, settings, known: secret.authorities.union(trusted), at: seen.now)
        let next = usableNext(secret, at: seen.now)
        switch (verdict, next) {
        case (.useless, let next?):
            return replacing(secret, with: next, isServing: false, seen)
        case (.due, let next?), (.good, let next?):
            // A good pair is replaced only if somebody began it who had a reason, such as another host; to end it is the
            // shortest way to peace.
            return replacing(secret, with: next, isServing: true, seen)
        case (.useless(let why), nil):
            return staging(secret, keeping: Authorities(), trusted, seen, reason: why)
        case (.due(let anchors, let why), nil):
            return staging(secret, keeping: anchors, trusted, seen, reason: why)
        case (.good(let anchors, let renewal), nil):
            return keeping(secret, anchors, renewal, trusted, seen)
        }
    }

    /// The next pair, if it would do.
    private func usableNext(_ secret: CertificateSecret, at now: Timestamp) -> ServingIdentity? {
        guard let next = secret.next,
            case .good = PairVerdict(.success(next), settings, known: secret.authorities, at: now)
        else { return nil }
        return next
    }

    /// Step 1.
    private func staging(
        _ secret: CertificateSecret,
        keeping anchors: Authorities,
        _ trusted: Authorities,
        _ seen: CertificateObservation,
        reason: String
    ) -> CertificatePlan {
        let others = secret.authorities.union(trusted).unexpired(at: seen.now.secondsSinceEpoch)
        return CertificatePlan(
            step: .stage(secret, alsoTrusting: anchors.union(others.prefix(Self.maximumAdopted))),
            reason: reason
        )
    }

    /// Steps 2 to 4.
    private func replacing(
        _ secret: CertificateSecret,
        with next: ServingIdentity,
        isServing: Bool,
        _ seen: CertificateObservation
    ) -> CertificatePlan {
        if let configuration = seen.configurations.first(where: { !$0.trusts(secret.authorities) }) {
            if secret.stepTime != nil {
                // A configuration was put back meanwhile: the waiting begins anew when that is mended.
                return CertificatePlan(step: .update(secret.marked(nil)), reason: "a caBundle was changed")
            }
            return publish(secret, configuration, reason: "the API server shall trust the next certificate, too")
        }
        if isServing {
            guard let since = secret.stepTime, since <= seen.now else {
                return CertificatePlan(
                    step: .update(secret.marked(seen.now)),
                    reason: "both configurations trust the next certificate"
                )
            }
            let end = since.advanced(by: settings.publicationDelay)
            guard end <= seen.now else {
                return CertificatePlan(
                    reason: "every API server must have seen the configurations",
                    wakeUp: end,
                    isWaitingToReplace: true
                )
            }
        }
        return CertificatePlan(
            step: .update(secret.promoting(next, at: seen.now)),
            reason: "the next certificate takes its place"
        )
    }

    /// Step 5, and everything that can have come undone.
    private func keeping(
        _ secret: CertificateSecret,
        _ anchors: Authorities,
        _ renewal: Timestamp,
        _ trusted: Authorities,
        _ seen: CertificateObservation
    ) -> CertificatePlan {
        if secret.hasNextKeys {
            return CertificatePlan(step: .update(secret.dropped()), reason: "the next certificate cannot be used")
        }
        // A configuration that trusts others, and not us, was written for a certificate that replicas may still serve: the
        // Secret was replaced by something else than this.
        let isReplacedUnnoticed = seen.configurations.flatMap(\.ours).contains {
            !$0.trusted.isEmpty && $0.trusted.isDisjoint(with: anchors)
        }
        var wanted = secret.authorities
        if isReplacedUnnoticed {
            wanted = anchors.union(trusted.union(wanted).prefix(Self.maximumAdopted))
        } else if wanted.isDisjoint(with: anchors) {
            wanted = anchors.union(wanted)
        }
        guard wanted == secret.authorities else {
            return CertificatePlan(
                step: .update(secret.trusting(wanted, stepTime: seen.now)),
                reason: "ca.crt lacks authorities in use"
            )
        }
        if let configuration = seen.configurations.first(where: { !$0.trusts(secret.authorities) }) {
            return publish(secret, configuration, reason: "the caBundle is not what ca.crt says")
        }
        guard secret.authorities != anchors else {
            return CertificatePlan(reason: "all is well", wakeUp: renewal)
        }
        guard let since = secret.stepTime, since <= seen.now else {
            return CertificatePlan(step: .update(secret.marked(seen.now)), reason: "an old authority is still trusted")
        }
        let end = since.advanced(by: settings.retirementDelay)
        guard end <= seen.now else {
            return CertificatePlan(reason: "a replica may still serve the old certificate", wakeUp: min(end, renewal))
        }
        return CertificatePlan(
            step: .update(secret.trusting(anchors, stepTime: nil)),
            reason: "every replica serves the new certificate"
        )
    }

    private func publish(
        _ secret: CertificateSecret,
        _ configuration: WebhookConfiguration,
        reason: String
    ) -> CertificatePlan {
        CertificatePlan(step: .publish(configuration, pem: secret.authorities.pem), reason: reason)
    }

    // MARK: What only a person can change

    private func problem(_ secret: CertificateSecret) -> CertificateProblem? {
        if secret.metadata.deletionTimestamp != nil { return .secretInDeletion(secret: secretName) }
        if let keeper = secret.otherKeeper { return .otherKeeper(secret: secretName, keeper: keeper) }
        // An Opaque Secret, which manifests create so that a volume finds one, serves as well.
        guard secret.type == CertificateSecret.tlsType || secret.type == "Opaque" else {
            return .wrongSecretType(secret: secretName, type: secret.type)
        }
        return nil
    }

    private func problems(_ configurations: [WebhookConfiguration]) -> [CertificateProblem] {
        WebhookConfiguration.Kind.allCases.compactMap { kind in
            let name = kind.name(in: settings)
            guard let found = configurations.first(where: { $0.kind == kind }) else {
                return .missingConfiguration(kind.type, name: name, flag: kind.flag)
            }
            guard found.ours.isEmpty else { return nil }
            return .noWebhook(
                kind.type,
                name: name,
                service: "\(settings.namespace)/\(settings.serviceName)",
                targets: found.otherTargets
            )
        }
    }
}
