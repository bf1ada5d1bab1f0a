/// What became of one admission call, for those who count.
public struct AdmissionDecision: Sendable, Hashable {
    /// The path of the webhook that decided.
    public let webhook: String
    /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
    public let operation: String
    /// Whether the request may go on.
    public let isAllowed: Bool

    /// Makes a decision.
    public init(webhook: String, operation: String, isAllowed: Bool) {
        self.webhook = webhook
        self.operation = operation
        self.isAllowed = isAllowed
    }
}
