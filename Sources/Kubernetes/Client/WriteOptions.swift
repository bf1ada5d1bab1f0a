/// How the API server shall treat what a client writes.
public struct WriteOptions: Sendable, Hashable {
    /// What happens when an object has fields that its kind does not know, or the same field twice.
    public enum FieldValidation: String, Sendable, Hashable {
        /// They are dropped in silence.
        case ignore = "Ignore"
        /// They are dropped with a warning: the server's default.
        case warn = "Warn"
        /// The request is refused.
        case strict = "Strict"
    }

    /// Whether everything is checked and nothing stored.
    public var isDryRun: Bool
    /// Who the fields written belong to; `nil` lets the server take the user agent's name. A server-side apply names its own.
    public var fieldManager: String?
    /// What happens to unknown fields; `nil` for the server's default.
    public var fieldValidation: FieldValidation?

    /// Makes options; the default leaves everything to the server.
    public init(
        isDryRun: Bool = false,
        fieldManager: String? = nil,
        fieldValidation: FieldValidation? = nil
    ) {
        self.isDryRun = isDryRun
        self.fieldManager = fieldManager
        self.fieldValidation = fieldValidation
    }

    /// As query parameters.
    var query: [(String, String)] {
        var query: [(String, String)] = []
        if isDryRun { query.append(("dryRun", "All")) }
        if let fieldManager { query.append(("fieldManager", fieldManager)) }
        if let fieldValidation { query.append(("fieldValidation", fieldValidation.rawValue)) }
        return query
    }
}
