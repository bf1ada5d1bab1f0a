import JSON
import OptimizationAPI
public import YAML

/// An OptimizationJob as the user wrote it, and where.
public struct Manifest: Sendable, Equatable {
    /// The file as the user named it, for messages; `<stdin>` when it was piped in.
    public var file: String
    /// The folder whose entries every trial finds in its own: the file's, or the current one for standard input.
    public var directory: String
    /// The object, not yet defaulted or validated.
    public var object: JSONValue
    /// Where each field of it was written.
    public var source: SourceMap
    /// What the user should know about the file itself.
    public var warnings: [ManifestProblem]

    /// The kind and the name, to tell it from others in the same file.
    var title: String {
        let metadata = object["metadata"]
        let names = ["name", "generateName"].compactMap { metadata?[$0]?.stringValue }
        return "OptimizationJob \"\(names.first { !$0.isEmpty } ?? "")\""
    }

    /// Names the line of a field.
    func problem(at path: [String], _ message: String) -> ManifestProblem {
        ManifestProblem(line: source.line(of: path), message: message)
    }
}
