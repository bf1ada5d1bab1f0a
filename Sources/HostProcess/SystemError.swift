import Glibc

/// A system call that failed.
public struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call, or what it was about.
    public let call: String
    /// Its error number.
    public let code: Int32

    /// Describes a failure.
    ///
    /// - Parameter code: The error number; by default the thread's `errno`, so it must be made right after the call.
    public init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    /// The call and the system's words for the number.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
