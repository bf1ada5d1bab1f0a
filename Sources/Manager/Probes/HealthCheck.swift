/// One question about the health of the process, answered at once.
public struct HealthCheck: Sendable {
    /// What a probe can find out.
    public enum Outcome: Sendable, Equatable {
        /// All is well; the text, if there is one, says why nothing was looked at.
        case passed(note: String?)
        /// Something is wrong: what it is, and what to do about it.
        case failed(String)

        /// All is well.
        public static let passed = Outcome.passed(note: nil)
    }

    /// What it looks at, in lower case with dashes: part of URLs.
    public let name: String
    /// Looks. Called on an event loop, so it must not wait.
    public let look: @Sendable () -> Outcome

    /// Makes a check.
    public init(_ name: String, look: @escaping @Sendable () -> Outcome) {
        self.name = name
        self.look = look
    }

    /// Passes as long as somebody is there to answer.
    public static let ping = HealthCheck("ping") { .passed }
}
