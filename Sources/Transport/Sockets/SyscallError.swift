import Glibc

/// A system call that failed.
public struct SyscallError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call, such as `accept4`.
    public let call: String
    /// Its `errno`.
    public let code: Int32

    /// Makes the error of a call.
    public init(call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The call and the system's words, such as `bind: Address already in use`.
    public var description: String {
        return "\(call): \(String(cString: strerror(code)))"
    }
}

/// Calls the system, again while a signal interrupts it.
///
/// `close` must not come through here: on Linux an interrupted close has closed the descriptor, and a second one could
/// close a stranger's.
@inline(__always)
func systemCall(_ name: StaticString, _ body: () -> Int32) throws(SyscallError) -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SyscallError(call: "\(name)", code: code) }
    }
}
