/// A field that a server-side apply would have taken from somebody else.
public struct FieldConflict: Sendable, Hashable {
    /// The field, such as `.spec.numTrials` or `.status.conditions[type="Created"].reason`.
    public var field: String
    /// Whose it is; empty when the server does not say.
    public var manager: String
    /// The server's words, such as `conflict with "kubectl" using apps/v1`.
    public var message: String
}

extension APIError {
    /// The fields that kept a server-side apply from being done; empty for any other error.
    ///
    /// Applying with `force` takes them over.
    public var fieldConflicts: [FieldConflict] {
        guard let status, status.code == 409 else { return [] }
        return (status.details?.causes ?? []).filter { $0.reason == CauseReason.fieldManagerConflict }.map { cause in
            let quoted = cause.message.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
            return FieldConflict(
                field: cause.field,
                manager: quoted.count == 3 ? String(quoted[1]) : "",
                message: cause.message
            )
        }
    }
}
