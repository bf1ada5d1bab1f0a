import HTTP
import JSON
import Kubernetes

/// Asks the configured webhooks about a write: mutating ones one after the other, validating ones all at once.
///
/// Nothing is locked while a webhook is asked. What was decided on may have changed meanwhile; the commit finds out.
struct AdmissionChain: Sendable {
    let registry: ObjectRegistry
    let caller: any WebhookCaller
    let identifiers: Identifiers
    let clock: APIServerClock

    /// - Returns: the object after every mutating webhook, not normalized again.
    func mutate(
        _ attributes: AdmissionAttributes,
        warnings: WarningLog
    ) async throws(Status) -> JSONValue {
        var attributes = attributes
        for webhook in webhooks(for: attributes, mutating: true) {
            guard let answer = try await ask(webhook, attributes, warnings) else { continue }
            guard let patch = answer.patch, let object = attributes.object else { continue }
            do throws(JSONPatchError) {
                attributes.object = try patch.applied(toStored: object)
            } catch {
                throw .internalError("\(error)")
            }
        }
        return attributes.object ?? .null
    }

    /// - Throws: the first denial in the order of the webhooks, once all have answered.
    func validate(_ attributes: AdmissionAttributes, warnings: WarningLog) async throws(Status) {
        let webhooks = webhooks(for: attributes, mutating: false)
        guard webhooks.count > 1 else {
            for webhook in webhooks { _ = try await ask(webhook, attributes, warnings) }
            return
        }
        let refusals = await withTaskGroup(of: (Int, Status?).self) { group in
            for (index, webhook) in webhooks.enumerated() {
                group.addTask {
                    do throws(Status) {
                        _ = try await ask(webhook, attributes, warnings)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            var found: [(index: Int, refusal: Status)] = []
            for await case (let index, let refusal?) in group { found.append((index, refusal)) }
            return found
        }
        if let first = refusals.min(by: { $0.index < $1.index }) { throw first.refusal }
    }

    /// The webhooks that want to be asked, by the names of their configurations.
    private func webhooks(for attributes: AdmissionAttributes, mutating: Bool) -> [Webhook] {
        // Otherwise a broken webhook could never be repaired.
        guard attributes.kind.type.group != "admissionregistration.k8s.io" else { return [] }
        let collection = CollectionID(
            group: "admissionregistration.k8s.io",
            plural: mutating ? "mutatingwebhookconfigurations" : "validatingwebhookconfigurations"
        )
        let (configurations, labels) = registry.read { store in
            (store.collection(collection).sorted(namespace: nil).map(\.object), Self.labels(attributes, store))
        }
        return configurations.flatMap { $0.value["webhooks"]?.arrayValue ?? [] }
            .compactMap { Webhook($0, isMutating: mutating) }
            .filter { $0.matches(attributes, namespaceLabels: labels) }
    }

    private static func labels(_ attributes: AdmissionAttributes, _ store: borrowing ObjectStore) -> [String: String]? {
        if attributes.kind.collection == .namespaces {
            return (attributes.object ?? attributes.oldObject).map { ObjectMeta($0).labels }
        }
        guard attributes.kind.type.isNamespaced else { return nil }
        return store[OwnershipIndex.namespace(attributes.namespace)]?.metadata.labels ?? [:]
    }

    /// - Returns: `nil` if the webhook could not be asked and does not insist.
    private func ask(
        _ webhook: Webhook,
        _ attributes: AdmissionAttributes,
        _ warnings: WarningLog
    ) async throws(Status) -> WebhookAnswer? {
        guard !attributes.isDryRun || webhook.supportsDryRun else {
            throw .badRequest("admission webhook \(Quoted(webhook.name)) does not support dry run")
        }
        let uid = identifiers.uid()
        let answer: WebhookAnswer
        do throws(WebhookAnswer.Fault) {
            answer = try await call(webhook, attributes.review(uid: uid), uid: uid)
        } catch {
            guard webhook.failurePolicy == .fail else { return nil }
            throw .internalError("failed calling webhook \(Quoted(webhook.name)): \(error.message)")
        }
        warnings.add(answer.warnings)
        guard answer.isAllowed else { throw answer.denial(by: webhook.name) }
        return answer
    }

    /// Calls again after 429 for as long as there is time, as the API server does.
    private func call(
        _ webhook: Webhook,
        _ review: JSONValue,
        uid: String
    ) async throws(WebhookAnswer.Fault) -> WebhookAnswer {
        let url = "\(webhook.url)?timeout=\(webhook.timeoutSeconds)s"
        let body = review.serialized() + [UInt8(ascii: "\n")]
        let deadline = clock.elapsed() + .seconds(webhook.timeoutSeconds)
        let response: HTTPResponse
        do {
            while true {
                let left = deadline - clock.elapsed()
                guard left > .zero else { throw WebhookCallFailure.deadlineExceeded }
                let attempt = try await caller.call(url: url, caBundle: webhook.caBundle, body: body, timeout: left)
                guard attempt.status == 429, let after = attempt.headers["Retry-After"].flatMap({ Int64($0) }),
                    after >= 0
                else {
                    response = attempt
                    break
                }
                try await clock.sleep(min(.seconds(min(after, 30)), deadline - clock.elapsed()))
            }
        } catch {
            throw .call("Post \(Quoted(url)): \(error)")
        }
        return try WebhookAnswer(response, uid: uid, isMutating: webhook.isMutating)
    }
}
