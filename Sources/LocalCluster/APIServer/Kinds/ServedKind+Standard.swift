import JSON
import Kubernetes

extension ServedKind {
    /// The kinds that a local run needs.
    public static let standard: [ServedKind] = [
        optimizationJobs, trainJobs, trainingRuntimes, clusterTrainingRuntimes, events, coreEvents, leases,
        namespaces, secrets, configMaps, mutatingWebhookConfigurations, validatingWebhookConfigurations,
    ]

    private static let trainer = (group: "trainer.kubeflow.org", version: "v1alpha1")

    /// `optimizationjobs.trainer.kubeflow.org`.
    public static let optimizationJobs = ServedKind(
        type: ResourceType(
            group: trainer.group,
            version: trainer.version,
            plural: "optimizationjobs",
            kind: "OptimizationJob",
            isNamespaced: true
        ),
        shortNames: ["optjob"],
        categories: ["kubeflow", "all"],
        hasStatus: true,
        // Those of the CustomResourceDefinition in `manifests/crd/`.
        columns: [
            .path("State", "status", "summary", "state"),
            .path("Trials", "status", "summary", "trials"),
            .path("Best", "status", "summary", "best"),
        ]
    )

    /// `trainjobs.trainer.kubeflow.org`, whose names become those of Jobs and Pods.
    public static let trainJobs = ServedKind(
        type: ResourceType(
            group: trainer.group,
            version: trainer.version,
            plural: "trainjobs",
            kind: "TrainJob",
            isNamespaced: true
        ),
        hasStatus: true,
        columns: [
            PrinterColumn(name: "State") { object, _ in
                object["status"]?["conditions"]?.arrayValue?.last?["type"] ?? .null
            }
        ],
        traits: {
            var traits = KindTraits.custom
            traits.nameRule = .trainJob
            return traits
        }()
    )

    /// `trainingruntimes.trainer.kubeflow.org`.
    public static let trainingRuntimes = ServedKind(
        type: ResourceType(
            group: trainer.group,
            version: trainer.version,
            plural: "trainingruntimes",
            kind: "TrainingRuntime",
            isNamespaced: true
        ),
        hasStatus: false
    )

    /// `clustertrainingruntimes.trainer.kubeflow.org`.
    public static let clusterTrainingRuntimes = ServedKind(
        type: ResourceType(
            group: trainer.group,
            version: trainer.version,
            plural: "clustertrainingruntimes",
            kind: "ClusterTrainingRuntime",
            isNamespaced: false
        ),
        hasStatus: false
    )

    /// `leases.coordination.k8s.io`.
    public static let leases = ServedKind(
        type: ResourceType(
            group: "coordination.k8s.io",
            version: "v1",
            plural: "leases",
            kind: "Lease",
            isNamespaced: true
        ),
        columns: [.path("Holder", "spec", "holderIdentity")],
        traits: {
            var traits = KindTraits.builtIn
            traits.allowsUnconditionalUpdate = false
            traits.createsOnUpdate = true
            traits.rules = LeaseRules()
            return traits
        }()
    )

    /// `namespaces`.
    public static let namespaces = ServedKind(
        type: ResourceType(group: "", version: "v1", plural: "namespaces", kind: "Namespace", isNamespaced: false),
        shortNames: ["ns"],
        hasStatus: true,
        columns: [.path("Status", "status", "phase")],
        traits: {
            var traits = KindTraits.builtIn
            traits.nameRule = .label
            traits.selectableFields = ["status.phase"]
            traits.rules = NamespaceRules()
            return traits
        }()
    )

    /// `secrets`.
    public static let secrets = ServedKind(
        type: ResourceType(group: "", version: "v1", plural: "secrets", kind: "Secret", isNamespaced: true),
        columns: [
            .path("Type", "type"),
            PrinterColumn(name: "Data", type: "integer") { object, _ in
                .number(JSONNumber(object["data"]?.objectValue?.count ?? 0))
            },
        ],
        traits: {
            var traits = KindTraits.builtIn
            traits.selectableFields = ["type"]
            traits.rules = SecretRules()
            return traits
        }()
    )

    /// `configmaps`.
    public static let configMaps = ServedKind(
        type: ResourceType(group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", isNamespaced: true),
        shortNames: ["cm"],
        columns: [
            PrinterColumn(name: "Data", type: "integer") { object, _ in
                let text = object["data"]?.objectValue?.count ?? 0
                return .number(JSONNumber(text + (object["binaryData"]?.objectValue?.count ?? 0)))
            }
        ],
        traits: {
            var traits = KindTraits.builtIn
            traits.rules = ConfigMapRules()
            return traits
        }()
    )

    /// `mutatingwebhookconfigurations.admissionregistration.k8s.io`.
    public static let mutatingWebhookConfigurations = webhookConfigurations(
        plural: "mutatingwebhookconfigurations",
        kind: "MutatingWebhookConfiguration",
        isMutating: true
    )

    /// `validatingwebhookconfigurations.admissionregistration.k8s.io`.
    public static let validatingWebhookConfigurations = webhookConfigurations(
        plural: "validatingwebhookconfigurations",
        kind: "ValidatingWebhookConfiguration",
        isMutating: false
    )

    private static func webhookConfigurations(plural: String, kind: String, isMutating: Bool) -> ServedKind {
        var traits = KindTraits.builtIn
        traits.countsGenerations = true
        traits.allowsUnconditionalUpdate = false
        traits.rules = WebhookConfigurationRules(isMutating: isMutating)
        return ServedKind(
            type: ResourceType(
                group: "admissionregistration.k8s.io",
                version: "v1",
                plural: plural,
                kind: kind,
                isNamespaced: false
            ),
            categories: ["api-extensions"],
            columns: [
                PrinterColumn(name: "Webhooks", type: "integer") { object, _ in
                    .number(JSONNumber(object["webhooks"]?.arrayValue?.count ?? 0))
                }
            ],
            traits: traits
        )
    }
}
