import Kubernetes

/// One kind of object that the API server serves, and all that is particular to it.
///
/// Everything the server does is driven by a table of these: paths, discovery, validation, printing. A new kind joins by
/// being added to the table.
public struct ServedKind: Sendable {
    /// Group, version, plural, kind, and whether objects live in a namespace.
    public var type: ResourceType
    /// The name of one object on the command line, such as `optimizationjob`.
    public var singular: String
    /// Abbreviations that kubectl accepts.
    public var shortNames: [String]
    /// Groups of kinds that kubectl accepts, such as `all`.
    public var categories: [String]
    /// Whether status is written through a subresource of its own, and ignored everywhere else.
    public var hasStatus: Bool
    /// The columns of `kubectl get`, between the name and the age.
    public var columns: [PrinterColumn]
    var traits: KindTraits

    /// Makes a custom kind, as a CustomResourceDefinition would.
    ///
    /// - Parameters:
    ///   - type: what the kind is called and where it is found.
    ///   - singular: defaults to the kind in lower case.
    ///   - shortNames: abbreviations for kubectl.
    ///   - categories: groups of kinds for kubectl.
    ///   - hasStatus: whether there is a status subresource.
    ///   - columns: what `kubectl get` shows between name and age.
    public init(
        type: ResourceType,
        singular: String? = nil,
        shortNames: [String] = [],
        categories: [String] = [],
        hasStatus: Bool = true,
        columns: [PrinterColumn] = []
    ) {
        self.init(
            type: type,
            singular: singular,
            shortNames: shortNames,
            categories: categories,
            hasStatus: hasStatus,
            columns: columns,
            traits: .custom
        )
    }

    init(
        type: ResourceType,
        singular: String? = nil,
        shortNames: [String] = [],
        categories: [String] = [],
        hasStatus: Bool = false,
        columns: [PrinterColumn] = [],
        traits: KindTraits
    ) {
        self.type = type
        self.singular = singular ?? type.kind.lowercased()
        self.shortNames = shortNames
        self.categories = categories
        self.hasStatus = hasStatus
        self.columns = columns
        self.traits = traits
    }

    /// Where objects of this kind are kept.
    var collection: CollectionID {
        traits.storage?.collection ?? CollectionID(group: type.group, plural: type.plural)
    }

    /// The name that errors give the resource: `optimizationjobs.trainer.kubeflow.org`, or `secrets`.
    var qualifiedResource: String {
        type.group.isEmpty ? type.plural : "\(type.plural).\(type.group)"
    }

    /// The name that validation errors give the kind: `OptimizationJob.trainer.kubeflow.org`, or `Secret`.
    var qualifiedKind: String {
        type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
    }
}

/// How the rules for a kind differ from those for other kinds, as they do between the built-in kinds of Kubernetes.
struct KindTraits: Sendable {
    /// The form in which objects are kept, if it is not the form they are served in.
    struct Storage: Sendable {
        var collection: CollectionID
        /// The apiVersion they are kept with.
        var apiVersion: String
        /// Fields with another name in storage.
        var fields: [(served: String, stored: String)]
    }

    /// A custom resource: strategic merge patches are refused, and an update must name a resourceVersion.
    var isCustom: Bool
    /// What names are allowed.
    var nameRule: NameRule = .subdomain
    /// Whether `metadata.generation` counts the changes of everything but metadata and status.
    var countsGenerations: Bool
    /// Whether an update without resourceVersion overwrites whatever is there.
    var allowsUnconditionalUpdate: Bool
    /// Whether a PUT of an object that does not exist creates it.
    var createsOnUpdate = false
    var storage: Storage?
    /// Fields that a field selector may name, besides `metadata.name` and `metadata.namespace`.
    var selectableFields: [String] = []
    /// Defaults and checks of this kind alone.
    var rules: (any KindRules)?

    static let custom = KindTraits(isCustom: true, countsGenerations: true, allowsUnconditionalUpdate: false)
    static let builtIn = KindTraits(isCustom: false, countsGenerations: false, allowsUnconditionalUpdate: true)
}
