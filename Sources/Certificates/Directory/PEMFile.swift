import Glibc
public import Transport

/// Reading a file of certificates or a key, which may be anything.
public enum PEMFile {
    /// Larger than any chain of certificates that a Secret can hold.
    private static let limit = 1 << 20

    /// A regular file's bytes, 1 MiB at most.
    public static func read(_ path: String) -> Result<[UInt8], SyscallError> {
        // Without O_NONBLOCK, to open a named pipe would wait for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(SyscallError(call: "open", code: errno)) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            return .failure(SyscallError(call: "fstat", code: errno))
        }
        guard information.st_mode & S_IFMT == S_IFREG else { return .failure(SyscallError(call: "read", code: EINVAL)) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return .failure(SyscallError(call: "read", code: errno)) }
            if count == 0 { return .success(bytes) }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { return .failure(SyscallError(call: "read", code: EFBIG)) }
        }
    }
}
