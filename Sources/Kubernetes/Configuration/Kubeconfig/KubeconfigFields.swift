import JSON

/// A mapping of a kubeconfig, and where it stands: reads its fields, and says which one is wrong.
struct KubeconfigFields: Sendable {
    var value: JSONValue
    /// The file, as it was named.
    var file: String
    /// Where in the file, such as `users["admin"].user`; empty for all of it.
    var path: String

    /// The path of a field of this.
    func path(of key: String) -> String {
        path.isEmpty || key.isEmpty ? path + key : "\(path).\(key)"
    }

    func label(_ key: String) -> ConfigurationLabel {
        let field = path(of: key)
        return ConfigurationLabel(file: file, field: field.isEmpty ? nil : field)
    }

    func error(_ key: String, _ message: String) -> ConfigurationError {
        label(key).error(message)
    }

    /// A text; empty when it is missing or null.
    func text(_ key: String) throws(ConfigurationError) -> String {
        guard let found = value[key], !found.isNull else { return "" }
        guard let text = found.stringValue else {
            throw error(key, "expected text, found \(found.kindDescription)\(quoteHint(found))")
        }
        return text
    }

    /// A boolean; `false` when it is missing or null.
    func flag(_ key: String) throws(ConfigurationError) -> Bool {
        guard let found = value[key], !found.isNull else { return false }
        guard let flag = found.boolValue else {
            throw error(key, "expected true or false, found \(found.kindDescription)")
        }
        return flag
    }

    /// Bytes in base 64; `nil` when they are missing or empty.
    func data(_ key: String) throws(ConfigurationError) -> [UInt8]? {
        let text = try text(key)
        guard !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(text) else { throw error(key, "not base 64") }
        return bytes
    }

    /// A path, made independent of the folder the process runs in; `nil` when it is missing or empty.
    func path(_ key: String) throws(ConfigurationError) -> String? {
        let text = try text(key)
        return text.isEmpty ? nil : resolved(text)
    }

    /// A path as seen from the file it is written in.
    func resolved(_ path: String) -> String {
        guard path.first != "/", let slash = file.lastIndex(of: "/") else { return path }
        return file[...slash] + path
    }

    /// PEM text that is either here or in a file; `nil` when neither is given.
    func pem(_ key: String) throws(ConfigurationError) -> PEMSource? {
        let dataKey = key + "-data"
        let data = try data(dataKey)
        guard let path = try path(key) else {
            return data.map { PEMSource(location: .data($0), label: label(dataKey)) }
        }
        guard data == nil else {
            throw error(key, "\(dataKey) is given, too; only one of them is possible")
        }
        return PEMSource(location: .file(path), label: label(key))
    }

    /// The mappings of a list; empty when it is missing or null.
    func list(_ key: String) throws(ConfigurationError) -> [KubeconfigFields] {
        guard let found = value[key], !found.isNull else { return [] }
        guard let items = found.arrayValue else {
            throw error(key, "expected a list, found \(found.kindDescription)")
        }
        var fields: [KubeconfigFields] = []
        for (index, item) in items.enumerated() {
            let entry = KubeconfigFields(value: item, file: file, path: "\(path(of: key))[\(index)]")
            guard item.objectValue != nil else {
                throw entry.error("", "expected a mapping, found \(item.kindDescription)")
            }
            fields.append(entry)
        }
        return fields
    }

    /// The texts of a list; empty when it is missing or null.
    func texts(_ key: String) throws(ConfigurationError) -> [String] {
        guard let found = value[key], !found.isNull else { return [] }
        guard let items = found.arrayValue else {
            throw error(key, "expected a list, found \(found.kindDescription)")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            guard let text = item.stringValue else {
                throw error("\(key)[\(index)]", "expected text, found \(item.kindDescription)\(quoteHint(item))")
            }
            texts.append(text)
        }
        return texts
    }

    /// A mapping; `nil` when it is missing or null.
    func mapping(_ key: String) throws(ConfigurationError) -> KubeconfigFields? {
        guard let found = value[key], !found.isNull else { return nil }
        guard found.objectValue != nil else {
            throw error(key, "expected a mapping, found \(found.kindDescription)")
        }
        return KubeconfigFields(value: found, file: file, path: path(of: key))
    }

    /// YAML makes numbers and booleans of what looks like one.
    private func quoteHint(_ value: JSONValue) -> String {
        switch value {
        case .number, .bool: "; put it into quotes"
        default: ""
        }
    }
}
