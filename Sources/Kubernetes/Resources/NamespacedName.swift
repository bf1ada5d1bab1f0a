/// The name of an object within its kind.
public struct NamespacedName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The namespace; empty for kinds that live outside namespaces.
    public var namespace: String
    /// The name.
    public var name: String

    /// Names an object.
    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `namespace/name`, or the name alone outside namespaces.
    public var description: String {
        namespace.isEmpty ? name : "\(namespace)/\(name)"
    }

    /// By namespace, then by name.
    public static func < (left: NamespacedName, right: NamespacedName) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
