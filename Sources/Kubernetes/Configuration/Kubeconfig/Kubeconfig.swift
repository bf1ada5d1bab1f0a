import JSON
import YAML

/// The clusters, users and contexts of one kubeconfig or several.
///
/// Merged as kubectl does it: the first file that names a cluster, a user or a context provides all of it, and the first that
/// names a current context wins. Relative paths are relative to the folder of the file they stand in.
struct Kubeconfig: Sendable {
    /// The context to use when none is asked for; empty when no file names one.
    private(set) var currentContext = ""
    private(set) var clusters: [String: KubeconfigFields] = [:]
    private(set) var users: [String: KubeconfigFields] = [:]
    private(set) var contexts: [String: KubeconfigFields] = [:]
    /// The files that were read, for messages.
    private(set) var files: [String] = []

    /// Reads one file, which must exist.
    init(reading path: String) throws(ConfigurationError) {
        let content: [UInt8]
        do {
            content = try FileContent.read(path)
        } catch {
            throw ConfigurationError(file: path, message: "cannot be read: \(error)")
        }
        try self.init(content: content, file: path)
    }

    /// Reads the content of a file.
    init(content: [UInt8], file: String) throws(ConfigurationError) {
        try add(content, file)
    }

    /// Reads files and merges them. Those that do not exist are left out, as long as one does.
    init(merging paths: [String]) throws(ConfigurationError) {
        for path in paths where !files.contains(path) {
            let content: [UInt8]
            do {
                content = try FileContent.read(path)
            } catch {
                if error.isMissing { continue }
                throw ConfigurationError(file: path, message: "cannot be read: \(error)")
            }
            try add(content, path)
        }
        guard !files.isEmpty else {
            throw ConfigurationError(
                field: "KUBECONFIG",
                message: "none of these files exists: \(paths.joined(separator: ", "))"
            )
        }
    }

    private mutating func add(_ content: [UInt8], _ file: String) throws(ConfigurationError) {
        files.append(file)
        let documents: [YAMLDocument]
        do {
            documents = try YAMLDocuments.read(content)
        } catch {
            throw ConfigurationError(file: file, message: error.description)
        }
        guard documents.count <= 1 else {
            throw ConfigurationError(file: file, message: "holds \(documents.count) YAML documents; expected one")
        }
        // kubectl takes an empty file for an empty configuration.
        guard let document = documents.first else { return }
        let root = KubeconfigFields(value: document.value, file: file, path: "")
        guard document.value.objectValue != nil else {
            throw root.error("", "expected a kubeconfig, found \(document.value.kindDescription)")
        }
        let kind = try root.text("kind")
        guard kind.isEmpty || kind == "Config" else {
            throw root.error("kind", "expected Config, found \(kind.debugDescription)")
        }
        let version = try root.text("apiVersion")
        guard version.isEmpty || version == "v1" else {
            throw root.error("apiVersion", "expected v1, found \(version.debugDescription)")
        }
        try add("clusters", "cluster", of: root, to: \.clusters)
        try add("users", "user", of: root, to: \.users)
        try add("contexts", "context", of: root, to: \.contexts)
        if currentContext.isEmpty { currentContext = try root.text("current-context") }
    }

    private mutating func add(
        _ list: String,
        _ member: String,
        of root: KubeconfigFields,
        to entries: WritableKeyPath<Kubeconfig, [String: KubeconfigFields]>
    ) throws(ConfigurationError) {
        var seen: Set<String> = []
        for item in try root.list(list) {
            let name = try item.text("name")
            guard seen.insert(name).inserted else {
                throw item.error("name", "\(name.debugDescription) is there twice; names must be unique in a file")
            }
            let fields = KubeconfigFields(
                value: item.value[member] ?? .object([:]),
                file: root.file,
                path: "\(list)[\(name.debugDescription)].\(member)"
            )
            if self[keyPath: entries][name] == nil { self[keyPath: entries][name] = fields }
        }
    }
}
