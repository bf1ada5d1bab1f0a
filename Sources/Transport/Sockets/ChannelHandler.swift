/// Speaks a protocol over a channel. Called on the channel's own thread only.
public protocol ChannelHandler: AnyObject {
    /// The connection stands, TLS included; bytes can be written.
    func opened(_ channel: Channel)

    /// Bytes arrived. They are lent for the length of this call.
    func received(_ bytes: UnsafeRawBufferPointer, on channel: Channel)

    /// The peer sends no more. Bytes can still be written, for a peer that only closed its half.
    func inputEnded(on channel: Channel)

    /// Everything written has been taken over by the kernel.
    func drained(_ channel: Channel)

    /// The deadline set with `setDeadline` has passed.
    func timedOut(_ channel: Channel)

    /// The channel is gone. Said exactly once, last, and also when it never opened.
    func closed(_ channel: Channel, because error: ChannelError?)
}

/// Why a channel ended before its time.
public enum ChannelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system refused, or the network failed.
    case system(SyscallError)
    /// TLS failed: no trust, no common version, broken records.
    case tls(TLSError)
    /// TLS was not agreed on, or the connection not made, in time.
    case notOpenedInTime
    /// The event loop ended.
    case loopEnded

    /// What happened, in words.
    public var description: String {
        switch self {
        case .system(let error): error.description
        case .tls(let error): error.description
        case .notOpenedInTime: "no connection in time"
        case .loopEnded: "shutting down"
        }
    }
}
