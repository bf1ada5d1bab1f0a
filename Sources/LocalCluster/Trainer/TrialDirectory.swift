import Glibc
import SystemPackage

/// The files of one trial.
///
/// ```
/// <run>/trials/<trainjob>/
///   work/       where the command runs: links to the entries of the context directory, and what the trial writes
///   log.txt     standard output and standard error, in the order they were written
///   token       its bearer token for progress reports, readable by its owner only
/// ```
///
/// The links let `python3 train.py` find its script and its data, while files that trials write do not meet. Writing
/// to a name that exists in the context writes through the link, as it would without a trial.
struct TrialDirectory {
    /// The absolute path of `<run>/trials/<trainjob>`.
    let path: String

    /// The working directory.
    var work: String { path + "/work" }
    /// The log.
    var log: String { path + "/log.txt" }
    /// The file of the token.
    var token: String { path + "/token" }

    /// Why the directory could not be made.
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var error: Errno
        var description: String { "\(path): \(error)" }
    }

    /// Names a trial's directory. `trainJob` must be a DNS label, so that it cannot lead elsewhere.
    init(runDirectory: String, trainJob: String) {
        path = "\(runDirectory)/trials/\(trainJob)"
    }

    /// Makes everything anew. What an earlier attempt of the same trial left is kept beside it, as `work.1`, `log.1.txt`
    /// and so on: nothing of the user's is ever deleted.
    ///
    /// - Parameters:
    ///   - context: The directory whose entries are linked, but for hidden ones and the one that is or holds the run
    ///     directory: a link to that would lead in circles.
    ///   - runDirectory: The run directory.
    ///   - token: The bearer token.
    func prepare(context: String, runDirectory: String, token secret: String) throws(Failure) {
        try Self.makeDirectories(path)
        try putAsidePreviousAttempt()
        try Self.check(work) { mkdir(work, 0o755) }
        let run = Self.resolve(runDirectory)
        for name in DirectoryListing.names(in: context) where !name.hasPrefix(".") {
            let entry = "\(context)/\(name)"
            if let run, let target = Self.resolve(entry), "\(run)/".hasPrefix("\(target)/") { continue }
            try Self.check(entry) { symlink(entry, "\(work)/\(name)") }
        }
        if unlink(token) != 0 && errno != ENOENT { throw Failure(path: token, error: Errno(rawValue: errno)) }
        do {
            try SmallFile.write(Array(secret.utf8), to: token, permissions: .ownerReadWrite)
        } catch {
            throw Failure(path: token, error: error as? Errno ?? .ioError)
        }
    }

    /// Opens the log for appending; the caller owns the descriptor.
    func openLog() throws(Failure) -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                FilePath(log),
                .writeOnly,
                options: [.create, .append, .closeOnExec, .noFollow],
                permissions: [.ownerReadWrite, .groupRead, .otherRead]
            )
        } catch {
            throw Failure(path: log, error: error as? Errno ?? .ioError)
        }
    }

    private func putAsidePreviousAttempt() throws(Failure) {
        var status = stat()
        for (current, name) in [(work, "work.#"), (log, "log.#.txt")] where lstat(current, &status) == 0 {
            var number = 1
            let parts = name.split(separator: "#", omittingEmptySubsequences: false)
            var aside: String { "\(path)/\(parts.joined(separator: "\(number)"))" }
            while lstat(aside, &status) == 0 { number += 1 }
            let target = aside
            try Self.check(current) { rename(current, target) }
        }
    }

    /// Makes a directory and those above it.
    static func makeDirectories(_ path: String) throws(Failure) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o755) == 0 || errno == EEXIST { continue }
            // A directory above may be there although it may not be written to.
            var status = stat()
            let error = errno
            if stat(made, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
            throw Failure(path: made, error: Errno(rawValue: error))
        }
    }

    /// A path without links; `nil` when it leads nowhere.
    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func check(_ path: String, _ call: () -> Int32) throws(Failure) {
        if call() != 0 { throw Failure(path: path, error: Errno(rawValue: errno)) }
    }
}
