import JSON
import YAML
import OptimizationAPI

/// Everything that can be said about a manifest before anything is started.
///
/// The same defaulting and validation as the webhooks', then what only a local run needs. All problems are found at
/// once, each with its line.
public struct Preflight: Sendable {
    /// What must be repaired; nothing is started while there is any.
    public var errors: [ManifestProblem] = []
    /// What is legal but probably not meant.
    public var warnings: [ManifestProblem] = []

    /// Checks a manifest.
    public init(_ manifest: Manifest) {
        warnings = manifest.warnings
        let object = Defaulting.apply(to: manifest.object)
        let result = Validation.validateCreate(object)
        var problems = result.errors + Self.localErrors(of: object)
        // The rules overlap where a field is missing; the first word about a field and kind of mistake is enough.
        var seen: Set<String> = []
        problems = problems.filter { seen.insert("\($0.path) \($0.reason.rawValue)").inserted }
        errors = problems.map { error in
            ManifestProblem(line: manifest.source.line(of: error.path.jsonPointer.tokens), message: error.description)
        }
        warnings += result.warnings.map { ManifestProblem(line: Self.line(ofField: $0, in: manifest), message: $0) }
        errors.sort { ($0.line ?? 0) < ($1.line ?? 0) }
    }

    /// What a cluster has and this machine has not.
    private static func localErrors(of object: JSONValue) -> [FieldError] {
        let template = FieldPath("spec", "trainJobTemplate", "spec")
        guard let spec = object["spec"]?["trainJobTemplate"]?["spec"], spec.objectValue != nil else { return [] }
        var errors: [FieldError] = []
        let trainer = spec["trainer"]
        let command = trainer?["command"]
        if command == nil || command?.isNull == true || command?.arrayValue?.isEmpty == true {
            errors.append(
                FieldError(
                    path: template.key("trainer").key("command"),
                    reason: .required,
                    detail:
                        "a local run starts this command, since it runs no image; for example [\"python3\", \"train.py\"]"
                )
            )
        }
        if let nodes = trainer?["numNodes"], !nodes.isNull, nodes.int64Value != 1 {
            errors.append(
                FieldError(
                    path: template.key("trainer").key("numNodes"),
                    reason: .invalid,
                    value: nodes,
                    detail: "a local run has one node; leave it out or set 1"
                )
            )
        }
        if let initializer = spec["initializer"]?.objectValue, !initializer.isEmpty {
            errors.append(
                FieldError(
                    path: template.key("initializer"),
                    reason: .forbidden,
                    detail: "a local run has no initializers; put the data beside the manifest"
                )
            )
        }
        return errors
    }

    /// The line of the field that a warning begins with, as Kubernetes' warnings do: `spec.numTrials: …`.
    private static func line(ofField warning: String, in manifest: Manifest) -> Int? {
        guard let colon = warning.firstIndex(of: ":") else { return nil }
        var path: [String] = []
        for part in warning[..<colon].split(separator: ".") {
            let steps = part.split(separator: "[")
            guard let name = steps.first, name.allSatisfy({ $0.isLetter || $0.isNumber }) else { return nil }
            path.append(String(name))
            path += steps.dropFirst().map { String($0.prefix { $0 != "]" }) }
        }
        guard let first = path.first, ["metadata", "spec", "apiVersion", "kind"].contains(first) else { return nil }
        return manifest.source.line(of: path)
    }
}
