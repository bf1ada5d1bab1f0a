/// The 409s, which each have their own idea of what to call an object.
extension Status {
    /// 409: the name is taken.
    public static func alreadyExists(_ type: ResourceType, _ name: String) -> Status {
        Status(
            code: 409,
            reason: StatusReason.alreadyExists,
            message: "\(type.qualifiedPlural) \"\(name)\" already exists",
            details: StatusDetails(type, name)
        )
    }

    /// 409: the object cannot be changed as asked; because it changed meanwhile, unless said otherwise.
    public static func conflict(
        _ type: ResourceType,
        _ name: String,
        because why: String =
            "the object has been modified; please apply your changes to the latest version and try again"
    ) -> Status {
        Status(
            code: 409,
            reason: StatusReason.conflict,
            message: "Operation cannot be fulfilled on \(type.qualifiedPlural) \"\(name)\": \(why)",
            details: StatusDetails(type, name)
        )
    }

    /// 409: a deletion asked for another UID than the object has.
    public static func uidPreconditionFailed(
        _ type: ResourceType,
        _ name: String,
        wanted: String,
        found: String
    ) -> Status {
        preconditionFailed(
            type,
            name,
            "the UID in the precondition (\(wanted)) does not match the UID in record (\(found)). "
                + "The object might have been deleted and then recreated"
        )
    }

    /// 409: a deletion asked for another resource version than the object has.
    public static func resourceVersionPreconditionFailed(
        _ type: ResourceType,
        _ name: String,
        wanted: String,
        found: String
    ) -> Status {
        preconditionFailed(
            type,
            name,
            "the ResourceVersion in the precondition (\(wanted)) does not match the ResourceVersion in record (\(found)). "
                + "The object might have been modified"
        )
    }

    /// Preconditions name the kind where every other conflict names the plural.
    private static func preconditionFailed(_ type: ResourceType, _ name: String, _ why: String) -> Status {
        Status(
            code: 409,
            reason: StatusReason.conflict,
            message: "Operation cannot be fulfilled on \(type.qualifiedKind) \"\(name)\": \(why)",
            details: StatusDetails(name: name, group: type.group, kind: type.kind)
        )
    }

    /// 409: an update carries another UID than the object has.
    public static func uidMismatch(
        _ type: ResourceType,
        _ object: NamespacedName,
        wanted: String,
        found: String
    ) -> Status {
        conflict(
            type,
            object.name,
            because: "StorageError: invalid object, Code: 4, Key: /registry/\(type.group)/\(type.plural)/\(object), "
                + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \(wanted), "
                + "UID in object meta: \(found)"
        )
    }
}
