import Glibc
import HostProcess

extension LocalRun {
    /// Answers requests for suggestions on standard input: the one request it holds, or one a line.
    ///
    /// Answers go to standard output, what is wrong with a request to standard error.
    ///
    /// - Parameter serving: Whether each line is a request.
    /// - Returns: The exit status: 0, 1 when standard input or output failed, 2 when a request was wrong.
    public static func suggest(serving: Bool) -> Int32 {
        var input = InputBytes(descriptor: STDIN_FILENO)
        var status: Int32 = 0
        do throws(SystemError) {
            while let request = try serving ? input.line() : input.all() {
                let isBlank = request.allSatisfy { " \t\r\n".utf8.contains($0) }
                if serving, isBlank { continue }
                let result = SuggestionService.answer(request)
                if result.isError {
                    status = refuse(result.text)
                } else if case let failure = answer(result.text + "\n"), failure != 0 {
                    return failure
                }
            }
        } catch {
            TextOutput(descriptor: STDERR_FILENO, environment: [:]).write("optimizationjob: \(error)\n")
            return RunEnding.failed.exitCode
        }
        return status
    }
}

/// The bytes of a descriptor as they come.
private struct InputBytes {
    let descriptor: Int32
    private var pending: [UInt8] = []
    private var isAtEnd = false

    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// All there is, once; then `nil`.
    mutating func all() throws(SystemError) -> [UInt8]? {
        guard !isAtEnd else { return nil }
        while try readMore() {}
        return pending
    }

    /// The next line without its end; `nil` after the last one.
    mutating func line() throws(SystemError) -> [UInt8]? {
        var searched = 0
        while true {
            if let end = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return Array(pending[..<end])
            }
            searched = pending.count
            guard try readMore() else {
                defer { pending = [] }
                return pending.isEmpty ? nil : pending
            }
        }
    }

    /// - Returns: Whether there was more.
    private mutating func readMore() throws(SystemError) -> Bool {
        guard !isAtEnd else { return false }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("cannot read standard input") }
            pending += buffer[..<count]
            isAtEnd = count == 0
            return count > 0
        }
    }
}
