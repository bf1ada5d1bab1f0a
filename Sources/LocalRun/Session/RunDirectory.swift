import Glibc
import HostProcess

/// The folder one run writes into: logs while it goes on, results when it is over.
struct RunDirectory: Sendable {
    /// As the user would type it, without a slash at the end.
    let path: String
    /// The same, from the root.
    let absolutePath: String

    /// Where the results go when the user names no folder.
    static let defaultParent = "optimizationjob-runs"

    /// Makes `parent/<job>-<YYYYMMDD-HHMMSS>`, or with a number behind it when two runs begin in the same second.
    static func create(in parent: String, job: String, at time: time_t) throws(SystemError) -> RunDirectory {
        var seconds = time
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let stamp =
            "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
            + "-\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
        try makeDirectories(parent)
        for attempt in 1...100 {
            let path = "\(parent)/\(job)-\(stamp)" + (attempt == 1 ? "" : "-\(attempt)")
            if mkdir(path, 0o777) == 0 { return try RunDirectory(existing: path) }
            guard errno == EEXIST else { throw SystemError("mkdir \(path)") }
        }
        throw SystemError("mkdir \(parent)/\(job)-\(stamp)", code: EEXIST)
    }

    private init(existing path: String) throws(SystemError) {
        self.path = path
        absolutePath = try Self.absolute(path)
    }

    /// Writes a file of the results.
    func write(_ text: String, to name: String) throws(SystemError) {
        let path = "\(absolutePath)/\(name)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write \(path)") }
            bytes = bytes.dropFirst(count)
        }
    }

    /// A path from the root, symbolic links followed.
    static func absolute(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError(path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func makeDirectories(_ path: String) throws(SystemError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part
            guard mkdir(made, 0o777) == 0 || errno == EEXIST else { throw SystemError("mkdir \(made)") }
            made += "/"
        }
    }
}
