import JSON

/// Where in an object something is: `spec.parameters[2].name`.
public struct FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// One step down.
    public enum Component: Sendable, Hashable {
        /// Into a member of an object.
        case key(String)
        /// Into an element of a list, counted from 0.
        case index(Int)
    }

    /// The steps from the root; empty for the whole object.
    public let components: [Component]

    /// The path of these steps.
    public init(_ components: [Component]) {
        self.components = components
    }

    /// The path of members only: `FieldPath("spec", "numTrials")`; `FieldPath()` is the whole object.
    public init(_ keys: String...) {
        components = keys.map { .key($0) }
    }

    /// This path and one member further.
    public func key(_ key: String) -> FieldPath {
        FieldPath(components + [.key(key)])
    }

    /// This path and one element further.
    public func index(_ index: Int) -> FieldPath {
        FieldPath(components + [.index(index)])
    }

    /// The path as Kubernetes prints it: `spec.parameters[2].name`; empty for the whole object.
    ///
    /// A key that holds a dot or a bracket, as label keys do, is bracketed: `metadata.labels[a.b/c]`.
    public var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index):
                text += "[\(index)]"
            case .key(let key) where key.utf8.contains(where: FieldPath.needsBrackets):
                text += "[\(key)]"
            case .key(let key):
                text += text.isEmpty ? key : ".\(key)"
            }
        }
        return text
    }

    /// The same place for JSON Patch and its relatives: `/spec/parameters/2/name`.
    public var jsonPointer: JSONPointer {
        components.reduce(JSONPointer()) { pointer, component in
            switch component {
            case .key(let key): pointer.appending(key)
            case .index(let index): pointer.appending(String(index))
            }
        }
    }

    private static func needsBrackets(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]")
    }
}
