import Kubernetes

/// The served kinds, found by what a request names.
struct KindTable: Sendable {
    let kinds: [ServedKind]
    private let byResource: [String: ServedKind]
    private let byKind: [String: ServedKind]

    init(_ kinds: [ServedKind]) {
        self.kinds = kinds
        byResource = Dictionary(
            kinds.map { (Self.key($0.type.group, $0.type.version, $0.type.plural), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        byKind = Dictionary(
            kinds.map { ("\($0.type.group)/\($0.type.kind)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    subscript(group: String, version: String, plural: String) -> ServedKind? {
        byResource[Self.key(group, version, plural)]
    }

    /// The kind that an owner reference means. References are resolved by group, whatever their version says.
    func kind(_ kind: String, apiVersion: String) -> ServedKind? {
        let parts = apiVersion.split(separator: "/", maxSplits: 1)
        let group = parts.count == 2 ? String(parts[0]) : ""
        return byKind["\(group)/\(kind)"]
    }

    /// Any kind that is kept in a collection; the one served in the storage form if there are several.
    func kind(of collection: CollectionID) -> ServedKind? {
        kinds.first { $0.collection == collection && $0.traits.storage == nil }
            ?? kinds.first { $0.collection == collection }
    }

    /// The groups but for the core group, each with its versions, in the order of the table.
    var groups: [(name: String, versions: [String])] {
        var groups: [(name: String, versions: [String])] = []
        for kind in kinds where !kind.type.group.isEmpty {
            if let index = groups.firstIndex(where: { $0.name == kind.type.group }) {
                if !groups[index].versions.contains(kind.type.version) {
                    groups[index].versions.append(kind.type.version)
                }
            } else {
                groups.append((kind.type.group, [kind.type.version]))
            }
        }
        return groups
    }

    func kinds(group: String, version: String) -> [ServedKind] {
        kinds.filter { $0.type.group == group && $0.type.version == version }
    }

    private static func key(_ group: String, _ version: String, _ plural: String) -> String {
        "\(group)/\(version)/\(plural)"
    }
}
