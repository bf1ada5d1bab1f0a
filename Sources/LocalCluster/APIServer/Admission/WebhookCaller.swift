import HTTP

/// Calls webhooks.
public protocol WebhookCaller: Sendable {
    /// Posts an `AdmissionReview` and brings back the answer, whatever its status.
    ///
    /// - Parameters:
    ///   - url: with its query. The host is a Service's DNS name (`name.namespace.svc`) where the configuration names a
    ///     Service; its certificate must be for that name, wherever it is reached.
    ///   - caBundle: the roots that the certificate must lead to, PEM; the system's if empty.
    ///   - body: the review, JSON.
    ///   - timeout: for the whole call.
    /// - Throws: `WebhookCallFailure`, or any error, whose description is told to the user.
    func call(url: String, caBundle: [UInt8], body: [UInt8], timeout: Duration) async throws -> HTTPResponse
}

/// Why a webhook could not be reached, in the words a user sees.
public struct WebhookCallFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The words.
    public let description: String

    /// Makes the error.
    public init(_ description: String) {
        self.description = description
    }

    /// The time was up.
    public static let deadlineExceeded = WebhookCallFailure("context deadline exceeded")
}
