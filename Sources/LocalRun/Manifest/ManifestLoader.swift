import Glibc
import JSON
import YAML

/// Reads the OptimizationJobs of a YAML or JSON file.
public enum ManifestLoader {
    enum Limits {
        /// An API server takes requests of up to 3 MiB, so no larger manifest could be applied to a cluster.
        static let fileBytes = 3 << 20
    }

    /// Reads a file with one OptimizationJob.
    ///
    /// - Parameter path: A file, or `-` for standard input.
    /// - Returns: The only OptimizationJob in it. Documents of other kinds are left out with a warning.
    /// - Throws: `ManifestError` with a line wherever there is one.
    public static func load(_ path: String) throws(ManifestError) -> Manifest {
        try only(of: loadAll(path))
    }

    /// Reads a file with any number of OptimizationJobs.
    ///
    /// - Returns: One or more, in the order of the file; the first has the warnings about other documents.
    /// - Throws: As `load` does.
    public static func loadAll(_ path: String) throws(ManifestError) -> [Manifest] {
        guard !path.isEmpty else {
            let problem = ManifestProblem(line: nil, message: "must name a file, or be - for standard input")
            throw ManifestError(file: "the manifest", problems: [problem])
        }
        let file = path == "-" ? "<stdin>" : path
        let bytes: [UInt8]
        do {
            bytes = try path == "-" ? read(descriptor: STDIN_FILENO) : read(path: path)
        } catch {
            throw ManifestError(file: file, problems: [error])
        }
        let directory: String
        if path == "-" {
            directory = "."
        } else if let slash = path.lastIndex(of: "/") {
            directory = slash == path.startIndex ? "/" : String(path[..<slash])
        } else {
            directory = "."
        }
        return try parseAll(bytes, file: file, directory: directory)
    }

    /// Finds the only OptimizationJob in the content of a file.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 text, with or without a byte order mark.
    ///   - file: The name for messages.
    ///   - directory: The folder the file lies in.
    public static func parse(
        _ bytes: [UInt8],
        file: String,
        directory: String = "."
    ) throws(ManifestError) -> Manifest {
        try only(of: parseAll(bytes, file: file, directory: directory))
    }

    private static func parseAll(
        _ bytes: [UInt8],
        file: String,
        directory: String
    ) throws(ManifestError) -> [Manifest] {
        do {
            return try jobs(in: documents(in: bytes), file: file, directory: directory)
        } catch {
            throw ManifestError(file: file, problems: [error])
        }
    }

    private static func only(of jobs: [Manifest]) throws(ManifestError) -> Manifest {
        guard jobs.count == 1 else {
            let first = jobs[0].source.line(of: []).map { " (the first begins on line \($0))" } ?? ""
            let problem = ManifestProblem(
                line: jobs[1].source.line(of: []),
                message: "a second OptimizationJob\(first): put the one that is meant into a file of its own"
            )
            throw ManifestError(file: jobs[1].file, problems: [problem])
        }
        return jobs[0]
    }

    private static func documents(in bytes: [UInt8]) throws(ManifestProblem) -> [YAMLDocument] {
        guard bytes.count <= Limits.fileBytes else {
            throw ManifestProblem(line: nil, message: "larger than \(Limits.fileBytes >> 20) MiB")
        }
        do {
            return try YAMLDocuments.read(bytes)
        } catch {
            throw ManifestProblem(line: error.line, message: error.message)
        }
    }

    private static func jobs(
        in documents: [YAMLDocument],
        file: String,
        directory: String
    ) throws(ManifestProblem) -> [Manifest] {
        var jobs: [Manifest] = []
        var warnings: [ManifestProblem] = []
        for document in documents {
            let line = document.source.line(of: [])
            let kindLine = document.source.line(of: ["kind"])
            guard case .object = document.value else {
                throw ManifestProblem(line: line, message: "expected an OptimizationJob, found no mapping at all")
            }
            guard let kind = document.value["kind"]?.stringValue, !kind.isEmpty else {
                throw ManifestProblem(line: kindLine, message: "kind: Required value: expected kind: OptimizationJob")
            }
            if kind == "List" || kind == "OptimizationJobList" {
                throw ManifestProblem(
                    line: kindLine,
                    message: "a \(kind) cannot be run: put one OptimizationJob into a file of its own"
                )
            }
            let apiVersion = document.value["apiVersion"]?.stringValue
            let group = apiVersion?.split(separator: "/").first
            guard kind == "OptimizationJob", group == nil || group == "trainer.kubeflow.org" else {
                let name = document.value["metadata"]?["name"]?.stringValue.map { " \"\($0)\"" } ?? ""
                // Of the right kind only by name: then what is not right has to be said.
                let version = kind == "OptimizationJob" ? apiVersion.map { " of \($0)" } ?? "" : ""
                warnings.append(
                    ManifestProblem(line: kindLine, message: "\(kind)\(name)\(version) plays no part in a local run")
                )
                continue
            }
            jobs.append(
                Manifest(
                    file: file,
                    directory: directory,
                    object: document.value.asKubectlSendsIt,
                    source: document.source,
                    warnings: []
                )
            )
        }
        guard !jobs.isEmpty else {
            throw warnings.first.map {
                ManifestProblem(line: $0.line, message: "no OptimizationJob in this file; \($0.message)")
            } ?? ManifestProblem(line: nil, message: "no OptimizationJob in this file: it is empty")
        }
        jobs[0].warnings = warnings
        return jobs
    }

    /// The bytes of a file, at least one more than `Limits.fileBytes` of a larger one.
    static func read(path: String) throws(ManifestProblem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ManifestProblem(line: nil, message: systemError()) }
        defer { close(descriptor) }
        return try read(descriptor: descriptor)
    }

    private static func read(descriptor: Int32) throws(ManifestProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= Limits.fileBytes {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw ManifestProblem(line: nil, message: systemError())
            }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func systemError() -> String {
        let code = errno
        return "cannot be read: \(String(cString: strerror(code)))"
    }
}
