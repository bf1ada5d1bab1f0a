import JSON
import Kubernetes

/// What Kubernetes demands of any object's metadata.
enum MetadataRules {
    /// Bytes of keys and values of all annotations together.
    static let maximumAnnotationBytes = 256 << 10

    static func problems(_ object: JSONValue, kind: ServedKind) -> [StatusCause] {
        let metadata = ObjectMeta(object)
        var problems: [StatusCause] = []
        if metadata.name.isEmpty {
            problems.append(.required("metadata.name", "name or generateName is required"))
        } else {
            problems += kind.traits.nameRule.problems(metadata.name)
        }
        problems += labelProblems(metadata.labels)
        problems += annotationProblems(metadata.annotations)
        problems += ownerProblems(metadata.ownerReferences)
        return problems
    }

    /// What of the metadata may not change.
    static func updateProblems(_ new: ObjectMeta, from old: ObjectMeta) -> [StatusCause] {
        var problems: [StatusCause] = []
        func immutable(_ field: String, _ value: String) {
            problems.append(.invalid("metadata.\(field)", .string(value), "field is immutable"))
        }
        if new.name != old.name { immutable("name", new.name) }
        if new.namespace != old.namespace { immutable("namespace", new.namespace) }
        if new.uid != old.uid { immutable("uid", new.uid) }
        let added = Set(new.finalizers).subtracting(old.finalizers)
        if old.deletionTimestamp != nil, !added.isEmpty {
            let list = added.sorted().map { "\($0)" }.joined(separator: " ")
            problems.append(
                .forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}"
                )
            )
        }
        return problems
    }

    private static func labelProblems(_ labels: [String: String]) -> [StatusCause] {
        labels.sorted { $0.key < $1.key }.flatMap { key, value -> [StatusCause] in
            let field = "metadata.labels"
            return NameRules.labelKeyProblems(key).map { .invalid(field, .string(key), $0) }
                + NameRules.labelValueProblems(value).map { .invalid(field, .string(value), $0) }
        }
    }

    private static func annotationProblems(_ annotations: [String: String]) -> [StatusCause] {
        var problems: [StatusCause] = []
        var size = 0
        for (key, value) in annotations.sorted(by: { $0.key < $1.key }) {
            problems += NameRules.annotationKeyProblems(key).map { .invalid("metadata.annotations", .string(key), $0) }
            size += key.utf8.count + value.utf8.count
        }
        if size > maximumAnnotationBytes {
            problems.append(
                .tooLong("metadata.annotations", bytes: maximumAnnotationBytes)
            )
        }
        return problems
    }

    private static func ownerProblems(_ owners: [OwnerReference]) -> [StatusCause] {
        var problems: [StatusCause] = []
        for owner in owners {
            for (name, value) in [
                ("apiVersion", owner.apiVersion), ("kind", owner.kind), ("name", owner.name), ("uid", owner.uid),
            ] where value.isEmpty {
                let field = "metadata.ownerReferences.\(name)"
                problems.append(
                    name == "apiVersion"
                        ? .invalid(field, .string(value), "version must not be empty")
                        : .invalid(field, .string(value), "must not be empty")
                )
            }
        }
        let controllers = owners.filter(\.controller)
        if controllers.count > 1, let second = controllers.dropFirst().first {
            problems.append(
                .invalid(
                    "metadata.ownerReferences",
                    .string(second.name),
                    "Only one reference can have Controller set to true. Found \"true\" in references for "
                        + "\(controllers[0].name) and \(second.name)"
                )
            )
        }
        return problems
    }
}
