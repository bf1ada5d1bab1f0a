import HTTP

/// A kind of object and where an API server keeps it: `optimizationjobs` of `trainer.kubeflow.org/v1alpha1`, say.
public struct ResourceType: Hashable, Sendable, CustomStringConvertible {
    /// The API group, such as `trainer.kubeflow.org`; empty for the core group.
    public var group: String
    /// The version, such as `v1alpha1`.
    public var version: String
    /// The name in URLs: plural and lower case, such as `optimizationjobs`.
    public var plural: String
    /// The name in objects, such as `OptimizationJob`.
    public var kind: String
    /// Whether its objects live in namespaces.
    public var isNamespaced: Bool

    /// Describes a kind of object.
    public init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// What objects carry as `apiVersion`: `group/version`, or the version alone for the core group.
    public var apiVersion: String {
        group.isEmpty ? version : "\(group)/\(version)"
    }

    /// The kind of a list of these objects, such as `OptimizationJobList`.
    public var listKind: String { kind + "List" }

    /// The plural with its group, as errors name it: `optimizationjobs.trainer.kubeflow.org`, or `pods`.
    public var qualifiedPlural: String {
        group.isEmpty ? plural : "\(plural).\(group)"
    }

    /// The kind with its group, as errors name it: `OptimizationJob.trainer.kubeflow.org`, or `Secret`.
    public var qualifiedKind: String {
        group.isEmpty ? kind : "\(kind).\(group)"
    }

    /// `optimizationjobs.trainer.kubeflow.org`.
    public var description: String { qualifiedPlural }

    /// The path of an object, a collection or a subresource; every part is percent-encoded.
    ///
    /// - Parameters:
    ///   - namespace: The namespace. `nil` or empty means all of them; ignored for kinds outside namespaces.
    ///   - name: The object's name; `nil` for the collection.
    ///   - subresource: Such as `status`; only with a name.
    public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/" : "/apis/\(PercentEncoding.encode(group))/"
        path += PercentEncoding.encode(version)
        if isNamespaced, let namespace, !namespace.isEmpty {
            path += "/namespaces/\(PercentEncoding.encode(namespace))"
        }
        path += "/\(PercentEncoding.encode(plural))"
        if let name {
            path += "/\(PercentEncoding.encode(name))"
            if let subresource { path += "/\(PercentEncoding.encode(subresource))" }
        }
        return path
    }
}
