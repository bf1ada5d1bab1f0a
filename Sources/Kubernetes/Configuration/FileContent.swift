import Glibc

/// Reading files that fit in memory.
enum FileContent {
    /// Larger than any kubeconfig, token or bundle of authorities.
    static let limit = 8 << 20

    /// Why a file could not be read.
    struct Failure: Error, CustomStringConvertible {
        /// The system's words.
        let description: String
        /// Whether there is no such file.
        var isMissing = false
    }

    /// A file's bytes.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw Failure(description: "larger than \(limit >> 20) MiB") }
        }
    }

    private static func failure() -> Failure {
        let code = errno
        return Failure(description: String(cString: strerror(code)), isMissing: code == ENOENT || code == ENOTDIR)
    }
}
