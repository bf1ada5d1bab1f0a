import JSON

/// Collects what validation finds, knowing where in the object it is.
///
/// The path is only turned into a `FieldPath` when something is wrong: nearly every object is right, and the webhook
/// checks tens of thousands a second.
struct Findings {
    /// Beyond this many, more errors help nobody and only make the answer long.
    static let limit = 100
    /// As many errors of an object are collected when they are compared with another's.
    static let comparedLimit = 10_000

    /// Nearly no rule looks deeper than this.
    private static let usualDepth = 8

    /// Errors collected at most.
    let errorLimit: Int
    private(set) var errors: [FieldError] = []
    private(set) var warnings: [String] = []
    private(set) var unknownFields: [UnknownField] = []
    private var components: [FieldPath.Component] = []
    private var likenessesSought = 0

    init(errorLimit: Int = Findings.limit) {
        self.errorLimit = errorLimit
        components.reserveCapacity(Findings.usualDepth)
    }

    /// Where the check has come to.
    var path: FieldPath { FieldPath(components) }

    /// Runs `check` one member further down.
    mutating func at(_ key: String, _ check: (inout Findings) -> Void) {
        components.append(.key(key))
        check(&self)
        components.removeLast()
    }

    /// Runs `check` one element further down.
    mutating func at(_ index: Int, _ check: (inout Findings) -> Void) {
        components.append(.index(index))
        check(&self)
        components.removeLast()
    }

    /// Notes an error here.
    mutating func add(_ reason: FieldError.Reason, _ value: JSONValue? = nil, _ detail: String = "") {
        guard errors.count < errorLimit else { return }
        errors.append(FieldError(path: path, reason: reason, value: value, detail: detail))
    }

    /// Notes an error at a member of what is here.
    mutating func add(
        at key: String,
        _ reason: FieldError.Reason,
        _ value: JSONValue? = nil,
        _ detail: String = ""
    ) {
        at(key) { $0.add(reason, value, detail) }
    }

    /// Whether one more unknown name may be compared with the known ones, which is slow: an object of 3 MB has room for
    /// hundreds of thousands, and whoever else calls the webhook waits meanwhile.
    mutating func mayLookForLikeness() -> Bool {
        likenessesSought += 1
        return likenessesSought <= Findings.limit
    }

    /// Notes a field that nobody reads, and warns of it.
    mutating func addUnknown(_ field: UnknownField) {
        guard unknownFields.count < Findings.limit else { return }
        unknownFields.append(field)
        let hint = field.likelyName.map { ", did you mean \"\($0)\"?" } ?? ""
        warn("unknown field \"\(field.path)\": ignored here and dropped by a Kubernetes API server\(hint)")
    }

    /// Notes a warning. Kubernetes advises 120 characters; a longer one is cut, line ends become spaces.
    mutating func warn(_ text: String) {
        guard warnings.count < Findings.limit else { return }
        let line = String(text.map { $0.isNewline ? " " : $0 })
        let warning = line.count > 120 ? line.prefix(119) + "…" : line
        if !warnings.contains(warning) { warnings.append(warning) }
    }
}
