/// Where a trial's program may lie.
enum ProgramSearch {
    /// The search path of a trial whose environment has no `PATH`.
    static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The paths to try, in order.
    ///
    /// The trial's own `PATH` counts, as in a container, and not the one of this process. A name with a slash stands
    /// for itself, relative to the working directory. As in a shell, an empty entry of `PATH` is the working directory.
    static func candidates(for program: String, environment: [String]) -> [String] {
        guard !program.isEmpty else { return [] }
        if program.utf8.contains(UInt8(ascii: "/")) { return [program] }
        return searchPath(environment).split(separator: ":", omittingEmptySubsequences: false).map { directory in
            directory.isEmpty ? "./\(program)" : "\(directory)/\(program)"
        }
    }

    /// The trial's `PATH`.
    static func searchPath(_ environment: [String]) -> String {
        // The last entry wins, as in a dictionary that is filled in order.
        guard let entry = environment.last(where: { $0.utf8.starts(with: "PATH=".utf8) }) else { return standardPath }
        return String(Substring(entry.utf8.dropFirst(5)))
    }
}
