/// A message that breaks the protocol or a limit.
public struct HTTPParseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The status a server answers it with.
    public let status: Int
    /// What is wrong, for whoever wrote the peer.
    public let description: String

    /// Makes the error.
    public init(status: Int, _ description: String) {
        self.status = status
        self.description = description
    }

    static func malformed(_ description: String) -> HTTPParseError {
        HTTPParseError(status: 400, description)
    }
}
