import JSON

/// What validation found.
public struct ValidationResult: Sendable, Hashable {
    /// Mistakes; the object is refused when there is any.
    public var errors: [FieldError]
    /// Doubtful but legal input, each at most 120 characters on one line.
    public var warnings: [String]
    /// Fields that nobody reads; there is a warning about each as well.
    public var unknownFields: [UnknownField]

    /// Whether the object can be accepted.
    public var isValid: Bool { errors.isEmpty }

    /// Makes a result; an empty one accepts.
    public init(errors: [FieldError] = [], warnings: [String] = [], unknownFields: [UnknownField] = []) {
        self.errors = errors
        self.warnings = warnings
        self.unknownFields = unknownFields
    }
}

/// A field that nobody reads.
public struct UnknownField: Sendable, Hashable {
    /// Where it is.
    public let path: FieldPath
    /// The name that was probably meant; `nil` when none is like it.
    public let likelyName: String?
}

/// Decides whether an OptimizationJob can be accepted, naming everything wrong with it at once.
///
/// Pure. It applies the schema and the CEL rules of upstream's CRD, and catches what those let through: numbers that fit
/// no type, environment variables that collide, settings that contradict each other. Whether fields are filled in by
/// `Defaulting` first makes no difference, apart from the spelling of `direction`.
public enum Validation {
    /// Judges a new object of any shape.
    public static func validateCreate(
        _ object: JSONValue,
        _ options: ValidationOptions = ValidationOptions()
    ) -> ValidationResult {
        check(object, options, errorLimit: Findings.limit)
    }

    private static func check(
        _ object: JSONValue,
        _ options: ValidationOptions,
        errorLimit: Int
    ) -> ValidationResult {
        var findings = Findings(errorLimit: errorLimit)
        ObjectRules.check(object, options, &findings)
        return ValidationResult(
            errors: findings.errors,
            warnings: findings.warnings,
            unknownFields: findings.unknownFields
        )
    }

    /// Judges a change.
    ///
    /// Never refused: a change that leaves the spec as it was, defaults aside, and any change of an object that is being
    /// deleted (a finalizer has to be removable). Mistakes the old object has already, from a time before some rule, are
    /// not held against the new one.
    public static func validateUpdate(
        old: JSONValue,
        new: JSONValue,
        _ options: ValidationOptions = ValidationOptions()
    ) -> ValidationResult {
        let isBeingDeleted = !(new["metadata"]?["deletionTimestamp"] ?? .null).isNull
        guard !isBeingDeleted else { return ValidationResult() }
        let old = Defaulting.apply(to: old)
        let defaulted = Defaulting.apply(to: new)
        if let before = old["spec"], let after = defaulted["spec"], before == after { return ValidationResult() }

        var findings = Findings()
        UpdateRules.check(old: old, new: defaulted, &findings)
        // So many that no new mistake hides behind the old ones.
        var result = check(defaulted, options, errorLimit: Findings.comparedLimit)
        if !result.errors.isEmpty {
            let known = Set(check(old, options, errorLimit: Findings.comparedLimit).errors.map(Mistake.init))
            result.errors.removeAll { known.contains(Mistake($0)) }
        }
        result.errors = Array((findings.errors + result.errors).prefix(Findings.limit))
        return result
    }

    /// What makes two errors the same mistake: a value that is less wrong than before is still wrong.
    private struct Mistake: Hashable {
        let path: FieldPath
        let reason: FieldError.Reason

        init(_ error: FieldError) {
            path = error.path
            reason = error.reason
        }
    }
}
