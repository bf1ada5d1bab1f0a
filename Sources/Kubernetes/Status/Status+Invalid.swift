/// The 422s.
extension Status {
    /// 422: an object breaks rules.
    ///
    /// - Parameters:
    ///   - type: Whose rules; the kind and group are told.
    ///   - name: The object's name; may be empty.
    ///   - causes: Everything that is wrong, at least one.
    public static func invalid(_ type: ResourceType, _ name: String, causes: [StatusCause]) -> Status {
        invalid(kind: type.kind, group: type.group, name: name, causes: causes)
    }

    /// 422: an object of a kind that has no `ResourceType` breaks rules.
    public static func invalid(kind: String, group: String, name: String, causes: [StatusCause]) -> Status {
        let qualified = group.isEmpty ? kind : "\(kind).\(group)"
        return Status(
            code: 422,
            reason: StatusReason.invalid,
            message: "\(qualified) \"\(name)\" is invalid: \(summary(of: causes))",
            details: StatusDetails(name: name, group: group, kind: kind, causes: causes)
        )
    }

    /// 422: an update of a custom resource carries no resource version.
    public static func resourceVersionRequired(_ type: ResourceType, _ name: String) -> Status {
        invalid(
            kind: type.plural,
            group: type.group,
            name: name,
            causes: [
                StatusCause(
                    reason: CauseReason.invalid,
                    message: "Invalid value: 0: must be specified for an update",
                    field: "metadata.resourceVersion"
                )
            ]
        )
    }

    /// 422: a JSON patch is well-formed but does not apply.
    public static let patchDoesNotApply = Status(
        code: 422,
        reason: StatusReason.invalid,
        message: "the server rejected our request due to an error in our request",
        details: StatusDetails()
    )

    /// One cause as it is, several in brackets; a repeated one is told once.
    private static func summary(of causes: [StatusCause]) -> String {
        var lines: [String] = []
        for cause in causes {
            let line = cause.field.isEmpty ? cause.message : "\(cause.field): \(cause.message)"
            if !lines.contains(line) { lines.append(line) }
        }
        return lines.count == 1 ? lines[0] : "[\(lines.joined(separator: ", "))]"
    }
}
