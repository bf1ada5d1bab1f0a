import Foundation
import JSON
import Testing
import YAML

/// The manifests of a folder of this repository.
struct ManifestFolder {
    let objects: [JSONValue]

    /// Reads a folder's YAML files, but for the kustomization.
    init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../\(name)").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" && $0.lastPathComponent != "kustomization.yaml" }
        objects = try files.flatMap { file in
            try YAMLDocuments.read(String(contentsOf: file, encoding: .utf8)).map(\.value)
        }
    }

    /// The objects of a kind.
    func of(_ kind: String) -> [JSONValue] {
        objects.filter { $0["kind"]?.stringValue == kind }
    }

    /// The one object of a kind, or of a kind and a name.
    func one(_ kind: String, named name: String? = nil) throws -> JSONValue {
        let found = of(kind).filter { name == nil || $0["metadata"]?["name"]?.stringValue == name }
        try #require(found.count == 1)
        return found[0]
    }
}

extension JSONValue {
    /// The texts of an array.
    var texts: [String] { (arrayValue ?? []).compactMap(\.stringValue) }
}
