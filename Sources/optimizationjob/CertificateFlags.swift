import ArgumentParser
import Certificates

/// The flags that name what certificates are about.
struct CertificateObjectFlags: ParsableArguments {
    @Option(
        name: [.customShort("s"), .long],
        help: ArgumentHelp("The Service that API servers call.", valueName: "name")
    )
    var serviceName = CertificateSettings().serviceName

    @Option(help: ArgumentHelp("The Secret that the certificate is kept in.", valueName: "name"))
    var secretName = CertificateSettings().secretName

    @Option(
        help: ArgumentHelp("The MutatingWebhookConfiguration whose caBundle is kept and checked.", valueName: "name")
    )
    var mutatingWebhookConfiguration = CertificateSettings().mutatingConfiguration

    @Option(
        help: ArgumentHelp("The ValidatingWebhookConfiguration whose caBundle is kept and checked.", valueName: "name")
    )
    var validatingWebhookConfiguration = CertificateSettings().validatingConfiguration

    @Option(help: ArgumentHelp("The domain of the cluster's Services.", valueName: "domain"))
    var clusterDomain = CertificateSettings().clusterDomain

    func apply(to settings: inout CertificateSettings) {
        settings.serviceName = serviceName
        settings.secretName = secretName
        settings.mutatingConfiguration = mutatingWebhookConfiguration
        settings.validatingConfiguration = validatingWebhookConfiguration
        settings.clusterDomain = clusterDomain
    }
}

/// The flags about how long everything takes.
struct CertificateTimeFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long a new certificate is valid; it is renewed when two thirds are over. "
                + "(default: \(DurationFlag(CertificateSettings().lifetime)))",
            valueName: "duration"
        ),
        transform: DurationFlag.init(parsing:)
    )
    var lifetime = DurationFlag(CertificateSettings().lifetime)

    @Option(
        help: ArgumentHelp(
            "How long a new authority is trusted before its certificate is served: every API server must have heard of "
                + "it by then. (default: \(DurationFlag(CertificateSettings().publicationDelay)))",
            valueName: "duration"
        ),
        transform: DurationFlag.init(parsing:)
    )
    var publicationDelay = DurationFlag(CertificateSettings().publicationDelay)

    @Option(
        help: ArgumentHelp(
            "How long the old authority stays trusted: every replica must serve the new certificate by then. "
                + "(default: \(DurationFlag(CertificateSettings().retirementDelay)))",
            valueName: "duration"
        ),
        transform: DurationFlag.init(parsing:)
    )
    var retirementDelay = DurationFlag(CertificateSettings().retirementDelay)

    func apply(to settings: inout CertificateSettings) {
        settings.lifetime = lifetime.duration
        settings.publicationDelay = publicationDelay.duration
        settings.retirementDelay = retirementDelay.duration
    }
}

/// The flags of the controller about certificates.
struct RotationFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whether the leader renews the certificate of the webhooks; false leaves that to the cert-generator or "
                + "cert-manager.",
            valueName: "true|false"
        )
    )
    var certRotation = false

    @Option(
        help: ArgumentHelp(
            "The namespace of the webhooks' Service and Secret. (default: the one this runs in)",
            valueName: "name"
        )
    )
    var webhookNamespace: String?

    @OptionGroup
    var objects: CertificateObjectFlags

    @OptionGroup
    var times: CertificateTimeFlags

    var settings: CertificateSettings {
        var settings = CertificateSettings()
        objects.apply(to: &settings)
        times.apply(to: &settings)
        return settings
    }
}
