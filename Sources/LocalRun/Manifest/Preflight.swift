import JSON
import YAML
import OptimizationAPI

/// Everything that can be said about a manifest before anything is started.
///
/// The same defaulting and validation as the webhooks', then what only a local run needs. All problems are found at
/// once, each with its line.
public struct Preflight: Sendable {
    /// What a manifest is checked for.
    public enum Purpose: Sendable {
        /// To be run on this machine: what only a cluster can do is an error.
        case running
        /// To be read: it may be meant for a cluster, so that what a local run cannot do is a warning.
        case reading
    }

    /// What must be repaired; nothing is started while there is any.
    public var errors: [ManifestProblem] = []
    /// What is legal but probably not meant.
    public var warnings: [ManifestProblem] = []

    /// Checks a manifest.
    public init(_ manifest: Manifest, for purpose: Purpose) {
        warnings = manifest.warnings
        let object = Defaulting.apply(to: manifest.object)
        let result = Validation.validateCreate(object)
        // The rules overlap where a field is missing; the first word about a field and kind of mistake is enough.
        var seen: Set<String> = []
        let general = result.errors.filter { seen.insert("\($0.path) \($0.reason.rawValue)").inserted }
        let wrong = Set(general.map(\.path))
        let local = LocalRules.problems(of: object).filter { !wrong.contains($0.path) }
        func told(_ error: FieldError) -> ManifestProblem {
            let hint = Self.quotingHint(for: error, in: manifest.object)
            return manifest.problem(at: error.path.jsonPointer.tokens, error.description + hint)
        }
        errors = (purpose == .running ? general + local : general).map(told)
        warnings += result.warnings.map { ManifestProblem(line: Self.line(ofField: $0, in: manifest), message: $0) }
        if purpose == .reading { warnings += local.map(told) }
        errors.sort { ($0.line ?? 0) < ($1.line ?? 0) }
        warnings.sort { ($0.line ?? 0) < ($1.line ?? 0) }
    }

    /// How a text is written that YAML takes for something else, a parameter named `n` is `false` to it, or how a number is that
    /// was written as a text.
    private static func quotingHint(for error: FieldError, in object: JSONValue) -> String {
        let isTextDue = error.detail.contains("must be of type string")
        switch object.value(at: error.path.jsonPointer) {
        case .bool(let bool) where isTextDue: return " (put quotes around it: without, YAML reads it as \(bool))"
        case .number where isTextDue: return " (put quotes around it)"
        case .string(let text) where !isTextDue && error.detail.hasSuffix(": \"string\""):
            let isNumber = (try? JSONValue(parsing: text))?.numberValue != nil
            return isNumber ? " (take the quotes away)" : ""
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
