/// Where in a file each field of an object was written.
public struct SourceMap: Sendable, Equatable {
    /// Lines by JSON Pointer tokens, joined in an unambiguous way.
    private var lines: [[String]: Int] = [:]

    /// Makes an empty map.
    public init() {}

    /// Notes that the value at `path` begins on `line`; for a member of a mapping that is the line of its key.
    mutating func note(_ path: [String], line: Int) {
        lines[path] = line
    }

    /// The line of the value at `path`, counted from 1.
    ///
    /// A field that is missing has no line of its own: it gets the line of the nearest parent that exists, which is
    /// where it would have to be added. `nil` only for an empty map.
    ///
    /// - Parameter path: The tokens of a JSON Pointer, unescaped: `["spec", "parameters", "0", "name"]`.
    public func line(of path: [String]) -> Int? {
        var path = path[...]
        while true {
            if let line = lines[Array(path)] { return line }
            guard !path.isEmpty else { return nil }
            path = path.dropLast()
        }
    }
}
