import JSON
import Kubernetes
import Transport

/// The Secret that the certificate lives in, and with it the whole state of a rotation.
///
/// `ca.crt` is, at every step, exactly what both `caBundle`s shall be. A renewal keeps the next pair beside the one in use,
/// under keys of its own, until everybody trusts it. No authority's key is kept: an authority signs one certificate and
/// its key is forgotten, so nobody who reads the Secret can make certificates, and a renewal simply brings a new
/// authority along. That costs one more certificate in the `caBundle` for as long as both are in use, and nothing else.
struct CertificateSecret: Sendable {
    /// The words of the Secret.
    enum Key {
        static let certificate = "tls.crt"
        static let privateKey = "tls.key"
        static let authorities = "ca.crt"
        static let nextCertificate = "next-tls.crt"
        static let nextPrivateKey = "next-tls.key"
        /// When the step was done that the next one has to wait after.
        static let stepTime = "trainer.kubeflow.org/certificate-step-time"
    }

    static let tlsType = "kubernetes.io/tls"

    /// The Secret as it was read.
    let object: JSONValue
    let metadata: ObjectMeta
    let type: String
    /// The pair in use.
    let current: Result<ServingIdentity, TLSError>
    /// The pair that is to replace it; `nil` when there is none, or none that can be used.
    let next: ServingIdentity?
    /// Whether there is anything under the keys of the next pair.
    let hasNextKeys: Bool
    /// What the `caBundle`s shall be.
    let authorities: Authorities
    /// When the step was done that the next one has to wait after.
    let stepTime: Timestamp?

    /// Reads a Secret leniently: what cannot be read counts as absent.
    init(_ object: JSONValue) {
        self.object = object
        metadata = ObjectMeta(object)
        type = object["type"]?.stringValue ?? "Opaque"
        func bytes(_ key: String) -> [UInt8] {
            object["data"]?[key]?.stringValue.flatMap { Base64.decode($0) } ?? []
        }
        current = Self.identity(bytes(Key.certificate), bytes(Key.privateKey))
        next = try? Self.identity(bytes(Key.nextCertificate), bytes(Key.nextPrivateKey)).get()
        hasNextKeys = object["data"]?[Key.nextCertificate] != nil || object["data"]?[Key.nextPrivateKey] != nil
        authorities = Authorities(pem: bytes(Key.authorities))
        stepTime = metadata.annotations[Key.stepTime].flatMap { Timestamp(rfc3339: $0) }
    }

    private static func identity(_ certificate: [UInt8], _ key: [UInt8]) -> Result<ServingIdentity, TLSError> {
        guard !certificate.isEmpty || !key.isEmpty else {
            return .failure(TLSError(operation: "load the certificate", reasons: ["the Secret is empty"]))
        }
        do throws(TLSError) {
            return .success(try ServingIdentity(certificatePEM: certificate, keyPEM: key))
        } catch {
            return .failure(error)
        }
    }

    /// Who else keeps this Secret, if its marks tell.
    var otherKeeper: String? {
        let certificate = metadata.annotations["cert-manager.io/certificate-name"]
        return certificate.map { "cert-manager's Certificate \($0)" }
    }

    /// Whether the API server refuses every change of its data.
    var isImmutable: Bool { object["immutable"]?.boolValue ?? false }
}

// MARK: - What it becomes

extension CertificateSecret {
    /// A new Secret with a new pair.
    ///
    /// - Parameters:
    ///   - authorities: The pair's own, and others for whoever still serves an older certificate.
    ///   - isStaged: Whether the pair is put where the next one is, and takes its place once everybody trusts it. Nobody can
    ///     serve the Secret's own pair until then: it has none.
    static func created(
        _ settings: CertificateSettings,
        _ issued: ServingIdentity,
        trusting authorities: Authorities,
        owner: OwnerReference?,
        isStaged: Bool
    ) -> JSONValue {
        var metadata: JSONValue = [
            "name": .string(settings.secretName), "namespace": .string(settings.namespace),
            "labels": ["app.kubernetes.io/name": "optimizationjob"],
        ]
        if let owner { metadata["ownerReferences"] = [owner.json] }
        // The type wants its own keys in any case.
        var data: JSONObject = [Key.certificate: "", Key.privateKey: ""]
        data[isStaged ? Key.nextCertificate : Key.certificate] = .string(Base64.encode(issued.certificatePEM))
        data[isStaged ? Key.nextPrivateKey : Key.privateKey] = .string(Base64.encode(issued.keyPEM))
        data[Key.authorities] = .string(Base64.encode(authorities.pem))
        return [
            "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": .string(tlsType),
            "data": .object(data),
        ]
    }

    /// With another pair that is to replace the one in use, and trust in both.
    func staging(_ issued: ServingIdentity, trusting authorities: Authorities) -> JSONValue {
        changed(stepTime: nil) { data in
            data[Key.nextCertificate] = .string(Base64.encode(issued.certificatePEM))
            data[Key.nextPrivateKey] = .string(Base64.encode(issued.keyPEM))
            data[Key.authorities] = .string(Base64.encode(authorities.pem))
        }
    }

    /// With the next pair in the place of the one in use.
    func promoting(_ next: ServingIdentity, at now: Timestamp) -> JSONValue {
        changed(stepTime: now) { data in
            data[Key.certificate] = .string(Base64.encode(next.certificatePEM))
            data[Key.privateKey] = .string(Base64.encode(next.keyPEM))
            data.remove(Key.nextCertificate)
            data.remove(Key.nextPrivateKey)
        }
    }

    /// Without a next pair.
    func dropped() -> JSONValue {
        changed(stepTime: stepTime) { data in
            data.remove(Key.nextCertificate)
            data.remove(Key.nextPrivateKey)
        }
    }

    /// With trust in other authorities.
    func trusting(_ authorities: Authorities, stepTime: Timestamp?) -> JSONValue {
        changed(stepTime: stepTime) { $0[Key.authorities] = .string(Base64.encode(authorities.pem)) }
    }

    /// With the time from which the next step waits.
    func marked(_ stepTime: Timestamp?) -> JSONValue {
        changed(stepTime: stepTime) { _ in }
    }

    /// With an owner more. References to an earlier object of the owner's kind and name are dropped: its name is
    /// another's now, so it is gone.
    func owned(by owner: OwnerReference) -> JSONValue {
        var object = object
        let kept = (object["metadata"]?["ownerReferences"]?.arrayValue ?? []).filter { value in
            let reference = OwnerReference(decoding: value)
            return reference.kind != owner.kind || reference.name != owner.name
        }
        object["metadata"]?["ownerReferences"] = .array(kept + [owner.json])
        return object
    }

    private func changed(stepTime: Timestamp?, _ change: (inout JSONObject) -> Void) -> JSONValue {
        var object = object
        var data = object["data"]?.objectValue ?? JSONObject()
        change(&data)
        object["data"] = .object(data)
        var annotations = object["metadata"]?["annotations"]?.objectValue ?? JSONObject()
        annotations[Key.stepTime] = stepTime.map { .string($0.description) }
        object["metadata"]?["annotations"] = annotations.isEmpty ? Optional.none : .object(annotations)
        return object
    }
}
