import Glibc
import Transport

/// Why the process cannot do its work: what happened, which flag it is about, and what to do.
public struct ManagerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// All three in a sentence.
    public let description: String

    /// Makes an error.
    public init(_ description: String) {
        self.description = description
    }

    /// A server that could not listen.
    ///
    /// - Parameters:
    ///   - what: What it would have served.
    ///   - flag: The flag that says where.
    init(cannotServe what: String, at address: ListenAddress, flag: String, because error: SyscallError) {
        let advice =
            switch error.code {
            case EADDRINUSE: "something listens there already: stop it, or choose another port with \(flag)"
            case EACCES, EPERM:
                "ports below 1024 need the capability NET_BIND_SERVICE: choose a higher port with \(flag), "
                    + "and let the Service map it"
            case EADDRNOTAVAIL:
                "that is no address of this machine: choose another with \(flag), or none for all of them"
            default: "see \(flag)"
            }
        self.init("cannot serve \(what) at \(address): \(error); \(advice)")
    }
}
