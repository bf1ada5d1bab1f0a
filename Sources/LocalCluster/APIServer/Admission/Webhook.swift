import JSON
import Kubernetes

/// One webhook of a webhook configuration, ready to be matched and called.
struct Webhook: Sendable {
    enum FailurePolicy: String, Sendable {
        case fail = "Fail"
        case ignore = "Ignore"
    }

    let name: String
    let isMutating: Bool
    /// Where to call, without the query.
    let url: String
    /// What the certificate must lead to, PEM; empty for the system's roots.
    let caBundle: [UInt8]
    let rules: [WebhookRule]
    let failurePolicy: FailurePolicy
    /// 1…30 s.
    let timeoutSeconds: Int64
    let supportsDryRun: Bool
    private let namespaceSelector: LabelSelector
    private let objectSelector: LabelSelector

    /// - Parameter webhook: an element of `webhooks` that passed `WebhookConfigurationRules`.
    /// - Returns: `nil` for one that did not.
    init?(_ webhook: JSONValue, isMutating: Bool) {
        guard let name = webhook["name"]?.stringValue, let config = webhook["clientConfig"],
            let url = Self.url(config), let caBundle = Base64.decode(config["caBundle"]?.stringValue ?? ""),
            let namespaces = try? Self.selector(webhook["namespaceSelector"]),
            let objects = try? Self.selector(webhook["objectSelector"])
        else { return nil }
        self.name = name
        self.isMutating = isMutating
        self.url = url
        self.caBundle = caBundle
        rules = (webhook["rules"]?.arrayValue ?? []).map(WebhookRule.init)
        failurePolicy = FailurePolicy(rawValue: webhook["failurePolicy"]?.stringValue ?? "") ?? .fail
        timeoutSeconds = min(max(webhook["timeoutSeconds"]?.int64Value ?? 10, 1), 30)
        supportsDryRun = ["None", "NoneOnDryRun"].contains(webhook["sideEffects"]?.stringValue ?? "")
        namespaceSelector = namespaces
        objectSelector = objects
    }

    /// Whether the webhook wants to be asked.
    ///
    /// - Parameter namespaceLabels: of the namespace the object is in, or of the namespace that the object is; `nil` for
    ///   other cluster-scoped objects, which no namespace selector excludes.
    func matches(_ attributes: AdmissionAttributes, namespaceLabels: [String: String]?) -> Bool {
        guard rules.contains(where: { $0.matches(attributes) }) else { return false }
        if let namespaceLabels, !namespaceSelector.matches(namespaceLabels) { return false }
        return [attributes.object, attributes.oldObject].contains { object in
            object.map { objectSelector.matches(ObjectMeta($0).labels) } ?? false
        }
    }

    private static func url(_ config: JSONValue) -> String? {
        if let url = config["url"]?.stringValue { return url }
        guard let service = config["service"], let name = service["name"]?.stringValue,
            let namespace = service["namespace"]?.stringValue
        else { return nil }
        let path = service["path"]?.stringValue ?? ""
        return "https://\(name).\(namespace).svc:\(service["port"]?.int64Value ?? 443)"
            + (path.isEmpty || path.hasPrefix("/") ? path : "/\(path)")
    }

    /// Reads a selector in the form objects hold it: `matchLabels` and `matchExpressions`.
    ///
    /// - Returns: one that matches everything if there is none.
    static func selector(_ value: JSONValue?) throws(SelectorError) -> LabelSelector {
        var requirements: [LabelSelector.Requirement] = []
        for (key, label) in value?["matchLabels"]?.objectValue ?? [:] {
            guard let label = label.stringValue else { throw SelectorError("the value of \(Quoted(key)) is no string") }
            requirements.append(.init(key: key, condition: .equals(label)))
        }
        for expression in value?["matchExpressions"]?.arrayValue ?? [] {
            let key = expression["key"]?.stringValue ?? ""
            let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue)
            let condition: LabelSelector.Requirement.Condition
            switch expression["operator"]?.stringValue {
            case "In" where !values.isEmpty: condition = .isIn(values)
            case "NotIn" where !values.isEmpty: condition = .notIn(values)
            case "Exists" where values.isEmpty: condition = .exists
            case "DoesNotExist" where values.isEmpty: condition = .doesNotExist
            default: throw SelectorError("the expression on \(Quoted(key)) is not valid")
            }
            requirements.append(.init(key: key, condition: condition))
        }
        for requirement in requirements {
            if let problem = NameRules.labelKeyProblems(requirement.key).first { throw SelectorError(problem) }
        }
        return LabelSelector(requirements)
    }
}

/// Which requests a webhook is for.
struct WebhookRule: Sendable {
    private let operations: [String]
    private let groups: [String]
    private let versions: [String]
    private let resources: [String]
    private let scope: String

    init(_ rule: JSONValue) {
        func texts(_ name: String) -> [String] { (rule[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        operations = texts("operations")
        groups = texts("apiGroups")
        versions = texts("apiVersions")
        resources = texts("resources")
        scope = rule["scope"]?.stringValue ?? "*"
    }

    func matches(_ attributes: AdmissionAttributes) -> Bool {
        let type = attributes.kind.type
        return has(operations, attributes.operation.rawValue) && has(groups, type.group)
            && has(versions, type.version)
            && (scope == "*" || scope == (type.isNamespaced ? "Namespaced" : "Cluster"))
            && resources.contains { matches($0, type.plural, attributes.subresource.rawValue) }
    }

    private func has(_ values: [String], _ value: String) -> Bool {
        values.contains("*") || values.contains(value)
    }

    /// `*` is every resource and no subresource, `x/*` is x with all of its subresources, `*/*` is everything.
    private func matches(_ pattern: String, _ resource: String, _ subresource: String) -> Bool {
        let parts = pattern.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let wanted = parts.first.map(String.init) ?? ""
        let wantedSubresource = parts.count > 1 ? String(parts[1]) : ""
        return (wanted == "*" || wanted == resource)
            && (wantedSubresource == "*" || wantedSubresource == subresource)
    }
}
