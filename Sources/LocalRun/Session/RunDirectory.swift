import Glibc
import HostProcess

/// There is no folder for the results of a run.
struct RunDirectoryError: Error, CustomStringConvertible {
    let reason: SystemError

    var description: String { "cannot make the folder of the run: \(reason); --output-dir names another place" }
}

/// The folder one run writes into: logs while it goes on, results when it is over.
struct RunDirectory: Sendable {
    /// As the user would type it, without a slash at the end.
    let path: String
    /// The same, from the root.
    let absolutePath: String

    /// Bytes of a job's name in that of its folder: a name may have 253, and a folder's no more than 255.
    private static let longestJobName = 200

    /// Makes `parent/<job>-<YYYYMMDD-HHMMSS>`, or with a number behind it when two runs begin in the same second.
    ///
    /// - Parameter job: The job's name, which is cut where a folder's name would be too long.
    /// - Throws: Why the folder cannot be made, with the option that names another.
    static func create(in parent: String, job: String, at time: time_t) throws(RunDirectoryError) -> RunDirectory {
        do throws(SystemError) {
            return try make(in: parent, job: job, at: time)
        } catch {
            throw RunDirectoryError(reason: error)
        }
    }

    private static func make(in parent: String, job: String, at time: time_t) throws(SystemError) -> RunDirectory {
        var seconds = time
        var parts = tm()
        localtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let stamp =
            "\(parts.tm_year + 1900)\(two(parts.tm_mon + 1))\(two(parts.tm_mday))"
            + "-\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec))"
        let job = String(decoding: job.utf8.prefix(longestJobName), as: UTF8.self)
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

    /// Writes a file, which is seen whole or not at all.
    func write(_ text: String, to name: String) throws(SystemError) {
        try WholeFile.write(text, to: "\(absolutePath)/\(name)")
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
