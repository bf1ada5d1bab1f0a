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
            let hint = Self.quotingHint(for: error, in: manifest.object)
            return manifest.problem(at: error.path.jsonPointer.tokens, error.description + hint)
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

    /// How a text is written that YAML takes for something else: a parameter named `n` is `false` to it.
    private static func quotingHint(for error: FieldError, in object: JSONValue) -> String {
        guard error.detail.contains("must be of type string") else { return "" }
        switch object.value(at: error.path.jsonPointer) {
        case .bool(let bool): return " (put quotes around it: without, YAML reads it as \(bool))"
        case .number: return " (put quotes around it)"
        default: return ""
        }
    }

    /// The line of the field that a warning begins with, as Kubernetes' warnings do: `spec.numTrials: …` or
    /// `unknown field "spec.numTrails": …`.
    private static func line(ofField warning: String, in manifest: Manifest) -> Int? {
        guard let colon = warning.firstIndex(of: ":") else { return nil }
        var field = warning[..<colon]
        let unknown = "unknown field \""
        if field.hasPrefix(unknown) {
            field = field.dropFirst(unknown.count).dropLast()
            // A member of the object itself is known by its line alone.
            if !field.contains(".") { return manifest.source.line(of: [String(field)]) }
        }
        var path: [String] = []
        for part in field.split(separator: ".") {
            let steps = part.split(separator: "[")
            guard let name = steps.first, name.allSatisfy({ $0.isLetter || $0.isNumber }) else { return nil }
            path.append(String(name))
            path += steps.dropFirst().map { String($0.prefix { $0 != "]" }) }
        }
        guard let first = path.first, ["metadata", "spec", "apiVersion", "kind"].contains(first) else { return nil }
        return manifest.source.line(of: path)
    }
}
