/// Why there is no way to a cluster: what is wrong, and in which field of which file.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file at fault; `nil` when it is an environment variable, or the lack of any file.
    public var file: String?
    /// The field at fault, such as `users["admin"].user.exec.command`; `nil` when it is the file as a whole.
    public var field: String?
    /// What is wrong, and what would be right.
    public var message: String

    /// Makes an error.
    public init(file: String? = nil, field: String? = nil, message: String) {
        self.file = file
        self.field = field
        self.message = message
    }

    /// `file: field: message`.
    public var description: String {
        [file, field, message].compactMap { $0 }.joined(separator: ": ")
    }
}
