/// Why a JSON Patch cannot be read or applied.
///
/// ```
/// operation 2 (replace "/spec/numTrials"): "/spec" does not exist
/// ```
public struct JSONPatchError: Error, Hashable {
    /// Which operation, counted from 0; `nil` if the patch as a whole is at fault.
    public var operation: Int?
    /// The operation's name and path as far as they are known, such as `replace "/spec/numTrials"`.
    public var subject: String?
    /// What is wrong.
    public var reason: Reason

    /// An error of an operation, or of the patch as a whole.
    public init(operation: Int? = nil, subject: String? = nil, reason: Reason) {
        self.operation = operation
        self.subject = subject
        self.reason = reason
    }

    /// What can be wrong with a patch.
    public enum Reason: Sendable, Hashable {
        /// It does not have the form of RFC 6902; the sentence says what was expected.
        case malformed(String)
        /// There is no value at this place, which is the path or the first part of it that is missing.
        case missing(JSONPointer)
        /// The array at this place has only so many elements.
        case outOfRange(JSONPointer, token: String, count: Int)
        /// The token is not an index, and this place holds an array.
        case notAnIndex(JSONPointer, token: String)
        /// The place holds neither an object nor an array; the kind is in words.
        case notAContainer(JSONPointer, kind: String)
        /// A `test` found another value; both are shortened texts.
        case testFailed(expected: String, found: String)
        /// A value was to be moved into itself.
        case movedIntoItself
        /// The whole document was to be removed.
        case removedDocument
        /// The result would nest deeper than this.
        case tooDeep(maximum: Int)
        /// More bytes than this were to be copied or moved.
        case tooLarge(maximumBytes: Int)
        /// There are more operations than this.
        case tooManyOperations(maximum: Int)
    }
}

extension JSONPatchError: CustomStringConvertible {
    /// Which operation failed and why.
    public var description: String {
        guard let operation else { return "JSON patch: \(reason)" }
        return "operation \(operation)\(subject.map { " (\($0))" } ?? ""): \(reason)"
    }
}

extension JSONPatchError.Reason: CustomStringConvertible {
    /// What is wrong, in one sentence.
    public var description: String {
        switch self {
        case .malformed(let sentence): sentence
        case .missing(let place): "\(Self.quoted(place)) does not exist"
        case .outOfRange(let place, let token, let count):
            "index \(token) is out of range: the array at \(Self.quoted(place)) has \(count) "
                + (count == 1 ? "element" : "elements")
        case .notAnIndex(let place, let token):
            "\(JSONValue.string(token)) is not an index, and \(Self.quoted(place)) is an array"
        case .notAContainer(let place, let kind): "\(Self.quoted(place)) is \(kind), which has no members"
        case .testFailed(let expected, let found): "expected \(expected), found \(found)"
        case .movedIntoItself: "a value cannot be moved into itself"
        case .removedDocument: "the whole document cannot be removed"
        case .tooDeep(let maximum): "the result would nest deeper than \(maximum) arrays and objects"
        case .tooLarge(let maximum): "the patch copies or moves more than \(maximum) bytes"
        case .tooManyOperations(let maximum): "a patch may have at most \(maximum) operations"
        }
    }

    private static func quoted(_ place: JSONPointer) -> String {
        place.isRoot ? "the document" : JSONValue.string(place.description).description
    }
}
