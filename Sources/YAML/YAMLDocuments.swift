public import JSON
import Yams

/// One document of a file: its value, and the line of every field.
public struct YAMLDocument: Equatable, Sendable {
    /// The value, the text of its numbers and the order of its members kept.
    public var value: JSONValue
    /// Where each field was written.
    public var source: SourceMap
}

/// Why a text cannot be read, and where.
public struct YAMLProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, counted from 1; `nil` when the problem has no place in the text.
    public var line: Int?
    /// What is wrong. Parts of the text in it are as they were written, control characters included.
    public var message: String

    /// Makes a problem.
    public init(line: Int?, message: String) {
        self.line = line
        self.message = message
    }

    /// `line 12: message`.
    public var description: String {
        guard let line else { return message }
        return "line \(line): \(message)"
    }
}

/// Reads YAML the way Kubernetes does: into JSON values.
///
/// Yams (libyaml) parses; this turns its nodes into values, follows aliases and merge keys, and refuses what JSON cannot
/// hold. Depth, and the number and size of values after aliases are followed, are bounded: a few lines of nested
/// aliases can stand for billions of values.
public enum YAMLDocuments {
    enum Limits {
        /// Deeper than any Kubernetes object, and far from the end of the stack.
        static let depth = 100
        /// Values in a document once aliases are followed.
        static let values = 100_000
        /// Bytes of text in a document once aliases are followed.
        static let textBytes = 8 << 20
        /// What is said of a document beyond either.
        static let excess = "too large: more than \(values) values or \(textBytes >> 20) MiB of text, aliases followed"
    }

    /// All documents in a file's content that are not empty.
    ///
    /// - Parameter content: YAML or JSON, in UTF-8, with or without a byte order mark.
    public static func read(_ content: [UInt8]) throws(YAMLProblem) -> [YAMLDocument] {
        let bytes = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content[3...] : content[...]
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLProblem(line: firstLineNotUTF8(bytes), message: "not UTF-8 text")
        }
        guard let first = bytes.first(where: { !" \t\r\n".utf8.contains($0) }) else { return [] }
        guard first == UInt8(ascii: "{") else { return try read(text) }
        // JSON, or YAML in braces. JSON comes first: YAML would refuse its escaped surrogate pairs.
        do {
            // One more than the longest path has steps, as the outermost container has none.
            let limits = JSONLimits(maximumDepth: Limits.depth + 1)
            let value = try JSONValue(parsing: Array(bytes), limits: limits)
            return [YAMLDocument(value: value, source: try JSONLines.read(text))]
        } catch let error as JSONError {
            // What is too deep is JSON so far, and YAML would take as little of it.
            if case .tooDeep = error.kind {} else if let documents = try? read(text) { return documents }
            throw YAMLProblem(line: error.line, message: "not valid JSON: \(error)")
        } catch let problem as YAMLProblem {
            throw problem
        } catch {
            throw YAMLProblem(line: nil, message: "\(error)")
        }
    }

    private static func firstLineNotUTF8(_ bytes: ArraySlice<UInt8>) -> Int {
        var line = 1
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if String(validating: part, as: UTF8.self) == nil { break }
            line += 1
        }
        return line
    }

    /// All documents in YAML text that are not empty.
    public static func read(_ text: String) throws(YAMLProblem) -> [YAMLDocument] {
        var documents: [YAMLDocument] = []
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                var reader = NodeReader()
                let value = try reader.value(of: root, at: [], line: root.mark?.line ?? 1)
                if value.isNull { continue }
                documents.append(YAMLDocument(value: value, source: reader.source))
            }
        } catch let problem as YAMLProblem {
            throw problem
        } catch let error as YamlError {
            throw Self.problem(error, in: text)
        } catch {
            throw YAMLProblem(line: nil, message: "cannot be read: \(error)")
        }
        return documents
    }

    /// Whether a line begins with a tab, which cannot be seen and which libyaml calls a character.
    private static func isIndentedByTab(_ line: Int, of text: String) -> Bool {
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1) else { return false }
        return lines[line - 1].first { $0 != UInt8(ascii: " ") } == UInt8(ascii: "\t")
    }

    private static func problem(_ error: YamlError, in text: String) -> YAMLProblem {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let what = context.map { "\(problem), \($0.text) of line \($0.mark.line)" } ?? problem
            // At the end of the text libyaml can be a line ahead.
            let lines = text.utf8.reduce(text.utf8.last == UInt8(ascii: "\n") ? 0 : 1) {
                $1 == UInt8(ascii: "\n") ? $0 + 1 : $0
            }
            let hint = isIndentedByTab(mark.line, of: text) ? " (a tab; YAML is indented by spaces alone)" : ""
            return YAMLProblem(line: min(mark.line, max(1, lines)), message: "not valid YAML: \(what)\(hint)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
            return YAMLProblem(line: context.mark.line, message: "duplicate key in the same mapping: \(keys)")
        case .reader(let problem, let offset, _, _):
            let line = offset.map { text.prefix($0).reduce(into: 1) { if $1.isNewline { $0 += 1 } } }
            return YAMLProblem(line: line, message: "not valid YAML: \(problem)")
        default:
            return YAMLProblem(line: nil, message: "not valid YAML: \(error)")
        }
    }
}

/// Turns the nodes of one document into values.
private struct NodeReader {
    var source = SourceMap()
    private var values = 0
    private var textBytes = 0

    mutating func value(of node: Node, at path: [String], line: Int) throws(YAMLProblem) -> JSONValue {
        guard path.count <= YAMLDocuments.Limits.depth else {
            throw YAMLProblem(
                line: line,
                message: "nested more than \(YAMLDocuments.Limits.depth) levels deep"
            )
        }
        try count(line: line)
        source.note(path, line: line)
        switch node {
        case .scalar(let scalar): return try value(of: scalar, line: line)
        case .sequence(let sequence):
            var items: [JSONValue] = []
            for (index, item) in sequence.enumerated() {
                items.append(try value(of: item, at: path + [String(index)], line: item.mark?.line ?? line))
            }
            return .array(items)
        case .mapping(let mapping): return .object(try object(of: mapping, at: path, line: line))
        case .alias: throw YAMLProblem(line: line, message: "an alias that points nowhere")
        }
    }

    /// Counts one more value, or one more member looked at for a merge: aliases make either cost far more than their text.
    private mutating func count(line: Int) throws(YAMLProblem) {
        values += 1
        guard values <= YAMLDocuments.Limits.values, textBytes <= YAMLDocuments.Limits.textBytes else {
            throw YAMLProblem(line: line, message: YAMLDocuments.Limits.excess)
        }
    }

    private mutating func object(
        of mapping: Node.Mapping,
        at path: [String],
        line: Int
    ) throws(YAMLProblem) -> JSONObject {
        var object = JSONObject()
        var merged: [(node: Node, line: Int)] = []
        for (key, node) in mapping {
            let keyLine = key.mark?.line ?? line
            if Self.isMergeKey(key) {
                merged.append((node, keyLine))
                continue
            }
            let name = try name(of: key, line: keyLine)
            guard !object.contains(key: name) else {
                throw YAMLProblem(line: keyLine, message: "duplicate key in the same mapping: \"\(name)\"")
            }
            object[name] = try value(of: node, at: path + [name], line: keyLine)
        }
        // What is written out wins over what is merged in, and what is merged first over what is merged later.
        for (node, line) in merged {
            try merge(node, into: &object, at: path, line: line)
        }
        return object
    }

    private mutating func merge(
        _ node: Node,
        into object: inout JSONObject,
        at path: [String],
        line: Int
    ) throws(YAMLProblem) {
        var mappings: [Node] = [node]
        if case .sequence(let sequence) = node { mappings = Array(sequence) }
        for node in mappings {
            try count(line: line)
            guard case .mapping(let mapping) = node else {
                throw YAMLProblem(line: line, message: "a merge key (<<) takes a mapping or a list of mappings")
            }
            guard path.count <= YAMLDocuments.Limits.depth else {
                throw YAMLProblem(line: line, message: "nested more than \(YAMLDocuments.Limits.depth) levels deep")
            }
            var inherited: [(node: Node, line: Int)] = []
            for (key, value) in mapping {
                let keyLine = key.mark?.line ?? line
                try count(line: keyLine)
                if Self.isMergeKey(key) {
                    inherited.append((value, keyLine))
                    continue
                }
                let name = try name(of: key, line: keyLine)
                guard !object.contains(key: name) else { continue }
                object[name] = try self.value(of: value, at: path + [name], line: keyLine)
            }
            for (node, line) in inherited {
                try merge(node, into: &object, at: path, line: line)
            }
        }
    }

    private mutating func value(of scalar: Node.Scalar, line: Int) throws(YAMLProblem) -> JSONValue {
        textBytes += scalar.string.utf8.count
        let tag = scalar.tag.rawValue
        let isPlain = scalar.style == .plain || scalar.style == .any
        switch tag {
        case "":
            guard isPlain else { return .string(scalar.string) }
        case "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:null":
            break  // resolved below, and refused when the text is something else
        default:
            // Texts, binary data and timestamps stay as they are written; so does what has a tag of its own.
            return .string(scalar.string)
        }
        let resolved = YAMLScalar(plain: scalar.string)
        switch (resolved, tag) {
        case (.null, ""), (.null, "tag:yaml.org,2002:null"): return .null
        case (.bool(let bool), ""), (.bool(let bool), "tag:yaml.org,2002:bool"): return .bool(bool)
        case (.number(let number), ""), (.number(let number), "tag:yaml.org,2002:float"): return .number(number)
        case (.number(let number), "tag:yaml.org,2002:int") where !number.text.contains(where: { ".eE".contains($0) }):
            return .number(number)
        case (.string, ""): return .string(scalar.string)
        case (.notFinite, _):
            throw YAMLProblem(line: line, message: "\(scalar.string) has no place in JSON; quote it if it is text")
        default:
            let kind = tag.split(separator: ":").last.map(String.init) ?? tag
            throw YAMLProblem(line: line, message: "\"\(scalar.string)\" cannot be read as !!\(kind)")
        }
    }

    /// The name of a member. Kubernetes turns numbers and booleans used as keys into text, and refuses the rest.
    private func name(of key: Node, line: Int) throws(YAMLProblem) -> String {
        guard case .scalar(let scalar) = key else {
            throw YAMLProblem(line: line, message: "a key must be text, not a list or a mapping")
        }
        guard scalar.style == .plain else { return scalar.string }
        switch YAMLScalar(plain: scalar.string) {
        case .string: return scalar.string
        case .bool(let bool): return bool ? "true" : "false"
        case .number(let number): return number.text
        case .null, .notFinite:
            throw YAMLProblem(
                line: line,
                message: "a key must be text; quote \"\(scalar.string)\" if it is meant so"
            )
        }
    }

    private static func isMergeKey(_ key: Node) -> Bool {
        guard case .scalar(let scalar) = key else { return false }
        return scalar.style == .plain && scalar.string == "<<"
    }
}
