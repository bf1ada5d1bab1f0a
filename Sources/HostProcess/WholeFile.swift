import Glibc

/// Files that are seen whole or not at all.
public enum WholeFile {
    /// Puts a text in the place of a file at once: whoever opens it sees all of the old content or all of the new.
    ///
    /// - Parameters:
    ///   - path: The file; a draft beside it, `<path>.<process>`, is there while it is written.
    ///   - permissions: Those of a new file, before the process's mask.
    public static func write(_ text: String, to path: String, permissions: UInt32 = 0o666) throws(SystemError) {
        let draft = "\(path).\(getpid())"
        // One that is left over from an earlier process of the same number.
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw SystemError("open \(draft)") }
        do throws(SystemError) {
            defer { close(descriptor) }
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw SystemError("write \(draft)") }
                bytes = bytes.dropFirst(count)
            }
            guard rename(draft, path) == 0 else { throw SystemError("rename \(draft) to \(path)") }
        } catch {
            unlink(draft)
            throw error
        }
    }
}
