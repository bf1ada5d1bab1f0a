import JSON
import Kubernetes

/// The documents from which clients learn what is served.
struct DiscoveryDocuments: Sendable {
    let kinds: KindTable

    private static let verbs: JSONValue = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch",
    ]
    private static let statusVerbs: JSONValue = ["get", "patch", "update"]

    /// `/version`: which Kubernetes this behaves like.
    static let version: JSONValue = [
        "major": "1", "minor": "36", "gitVersion": "v1.36.2+optimizationjob", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "", "compiler": "swift", "platform": "linux",
    ]

    /// - Returns: `nil` if nothing of the kind is served.
    func document(_ what: Route.Discovery, form: ResponseForm) -> JSONValue? {
        switch what {
        case .coreVersions where form == .aggregatedDiscovery:
            return aggregated([("", ["v1"])])
        case .coreVersions:
            return [
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [],
            ]
        case .groups where form == .aggregatedDiscovery:
            return aggregated(kinds.groups)
        case .groups:
            return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(kinds.groups.map(group))]
        case .group(let name):
            guard let found = kinds.groups.first(where: { $0.name == name }) else { return nil }
            var document = group(found).objectValue ?? [:]
            var head: JSONObject = ["kind": "APIGroup", "apiVersion": "v1"]
            for (key, value) in document { head[key] = value }
            document = head
            return .object(document)
        case .resources(let group, let version):
            return resources(group, version)
        case .openAPI:
            return openAPI()
        case .openAPIDocument(let group, let version):
            return openAPI(group, version)
        }
    }

    private func group(_ group: (name: String, versions: [String])) -> JSONValue {
        let versions = group.versions.map { version -> JSONValue in
            ["groupVersion": .string("\(group.name)/\(version)"), "version": .string(version)]
        }
        return [
            "name": .string(group.name), "versions": .array(versions), "preferredVersion": versions.first ?? .null,
        ]
    }

    private func resources(_ group: String, _ version: String) -> JSONValue? {
        let found = kinds.kinds(group: group, version: version)
        guard let first = found.first else { return nil }
        var resources: [JSONValue] = []
        for kind in found {
            var resource: JSONObject = [
                "name": .string(kind.type.plural), "singularName": .string(kind.singular),
                "namespaced": .bool(kind.type.isNamespaced), "kind": .string(kind.type.kind), "verbs": Self.verbs,
            ]
            if !kind.shortNames.isEmpty { resource["shortNames"] = .array(kind.shortNames.map { .string($0) }) }
            if !kind.categories.isEmpty { resource["categories"] = .array(kind.categories.map { .string($0) }) }
            resources.append(.object(resource))
            guard kind.hasStatus else { continue }
            resources.append([
                "name": .string("\(kind.type.plural)/status"), "singularName": "",
                "namespaced": .bool(kind.type.isNamespaced), "kind": .string(kind.type.kind),
                "verbs": Self.statusVerbs,
            ])
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(first.type.apiVersion),
            "resources": .array(resources),
        ]
    }

    /// Everything in one document, as kubectl asks first.
    private func aggregated(_ groups: [(name: String, versions: [String])]) -> JSONValue {
        [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(groups.map { aggregated($0) }),
        ]
    }

    private func aggregated(_ group: (name: String, versions: [String])) -> JSONValue {
        let versions = group.versions.map { version -> JSONValue in
            [
                "version": .string(version),
                "resources": .array(kinds.kinds(group: group.name, version: version).map(aggregated)),
                "freshness": "Current",
            ]
        }
        return [
            "metadata": group.name.isEmpty ? [:] : ["name": .string(group.name)], "versions": .array(versions),
        ]
    }

    private func aggregated(_ kind: ServedKind) -> JSONValue {
        let responseKind: JSONValue = [
            "group": .string(kind.type.group), "version": .string(kind.type.version), "kind": .string(kind.type.kind),
        ]
        var resource: JSONObject = [
            "resource": .string(kind.type.plural), "responseKind": responseKind,
            "scope": kind.type.isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(kind.singular),
            "verbs": Self.verbs,
        ]
        if !kind.shortNames.isEmpty { resource["shortNames"] = .array(kind.shortNames.map { .string($0) }) }
        if !kind.categories.isEmpty { resource["categories"] = .array(kind.categories.map { .string($0) }) }
        if kind.hasStatus {
            resource["subresources"] = [
                ["subresource": "status", "responseKind": responseKind, "verbs": Self.statusVerbs]
            ]
        }
        return .object(resource)
    }
}
