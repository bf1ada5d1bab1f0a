import JSON

/// Strategic merge patches, as far as the built-in kinds served here need them.
///
/// Objects merge member by member as in a merge patch. A few lists merge by key or as sets, and every other list is
/// replaced. Directives for replacing and deleting are understood; those about order are ignored, since the lists
/// concerned have none that matters here.
///
/// Source: k8s.io/apimachinery/pkg/util/strategicpatch.
enum StrategicMergePatch {
    /// Lists of objects that merge, and by which member.
    private static let keyedLists = ["webhooks": "name", "ownerReferences": "uid"]
    /// Lists of strings that merge as sets.
    private static let sets: Set<String> = ["finalizers"]

    static func apply(_ patch: JSONValue, to target: JSONValue?) -> JSONValue {
        guard let changes = patch.objectValue else { return patch }
        var result = target?.objectValue ?? JSONObject()
        switch changes["$patch"]?.stringValue {
        case "replace": return .object(withoutDirectives(changes))
        case "delete": return .object([:])
        default: break
        }
        for (key, change) in changes where !key.hasPrefix("$") {
            if change.isNull {
                result[key] = nil
            } else if let member = keyedLists[key], let elements = change.arrayValue {
                result[key] = .array(merge(elements, into: result[key]?.arrayValue ?? [], by: member))
            } else if sets.contains(key), let elements = change.arrayValue {
                var kept = result[key]?.arrayValue ?? []
                let deleted = changes["$deleteFromPrimitiveList/\(key)"]?.arrayValue ?? []
                kept.removeAll { deleted.contains($0) }
                kept += elements.filter { !kept.contains($0) }
                result[key] = .array(kept)
            } else if change.objectValue != nil {
                result[key] = apply(change, to: result[key])
            } else {
                result[key] = change
            }
        }
        for (key, deleted) in changes where key.hasPrefix("$deleteFromPrimitiveList/") {
            let name = String(key.dropFirst("$deleteFromPrimitiveList/".count))
            guard changes[name] == nil, let gone = deleted.arrayValue, let kept = result[name]?.arrayValue else {
                continue
            }
            result[name] = .array(kept.filter { !gone.contains($0) })
        }
        return .object(result)
    }

    private static func merge(_ changes: [JSONValue], into list: [JSONValue], by member: String) -> [JSONValue] {
        if changes.contains(where: { $0["$patch"]?.stringValue == "replace" }) {
            return changes.filter { $0["$patch"] == nil }
        }
        var list = list
        for change in changes {
            let index = list.firstIndex { $0[member] == change[member] && change[member] != nil }
            if change["$patch"]?.stringValue == "delete" {
                if let index { list.remove(at: index) }
            } else if let index {
                list[index] = apply(change, to: list[index])
            } else {
                list.append(apply(change, to: nil))
            }
        }
        return list
    }

    private static func withoutDirectives(_ object: JSONObject) -> JSONObject {
        var plain = JSONObject()
        for (key, value) in object where !key.hasPrefix("$") { plain[key] = value }
        return plain
    }
}
