import JSON
import Kubernetes

extension DiscoveryDocuments {
    /// `/openapi/v3`: where the documents are.
    func openAPI() -> JSONValue {
        var paths: JSONObject = ["api/v1": ["serverRelativeURL": "/openapi/v3/api/v1"]]
        for group in kinds.groups {
            for version in group.versions {
                let path = "apis/\(group.name)/\(version)"
                paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)")]
            }
        }
        return ["paths": .object(paths)]
    }

    /// The operations of one version, without schemas.
    ///
    /// It is here for one sentence in it: that a patch takes `fieldValidation`. kubectl reads that before `apply` and
    /// `create`, and refuses to go on without it unless told `--validate=false`.
    func openAPI(_ group: String, _ version: String) -> JSONValue? {
        let found = kinds.kinds(group: group, version: version)
        guard !found.isEmpty else { return nil }
        var paths = JSONObject()
        for kind in found {
            let base = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
            let place = kind.type.isNamespaced ? "\(base)/namespaces/{namespace}" : base
            let action: JSONValue = [
                "group": .string(group), "version": .string(version), "kind": .string(kind.type.kind),
            ]
            let validation: JSONValue = [
                "name": "fieldValidation", "in": "query", "schema": ["type": "string", "uniqueItems": true],
            ]
            func operation(_ verb: String) -> JSONValue {
                [
                    "x-kubernetes-action": .string(verb), "x-kubernetes-group-version-kind": action,
                    "parameters": [validation],
                    "responses": ["200": ["description": "OK"]],
                ]
            }
            paths["\(place)/\(kind.type.plural)"] = ["post": operation("post")]
            paths["\(place)/\(kind.type.plural)/{name}"] = ["patch": operation("patch"), "put": operation("put")]
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": Self.version["gitVersion"] ?? ""],
            "paths": .object(paths),
        ]
    }
}
