import HTTP
import JSON

extension APIClient {
    /// Reads all objects that match, page by page.
    ///
    /// The pages show one moment. If the server forgets that moment in between, everything is read anew and in one piece,
    /// as client-go does: a list without pages cannot expire.
    public func list(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?
    ) async throws(APIError) -> ObjectList {
        let list = try await list(
            type,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            keeping: { $0 }
        )
        return ObjectList(items: list.items, resourceVersion: list.resourceVersion)
    }

    /// Reads all objects that match, page by page, and keeps what is wanted of them.
    public func list<Kept: Sendable>(
        _ type: ResourceType,
        namespace: String?,
        labelSelector: String?,
        fieldSelector: String?,
        keeping keep: @Sendable (JSONValue) -> Kept
    ) async throws(APIError) -> KeptList<Kept> {
        var selectors: [(String, String)] = []
        if let labelSelector { selectors.append(("labelSelector", labelSelector)) }
        if let fieldSelector { selectors.append(("fieldSelector", fieldSelector)) }
        let path = type.path(namespace: namespace)

        var limit = max(1, configuration.pageSize)
        var list = KeptList<Kept>(items: [], resourceVersion: "")
        var token = ""
        while true {
            var query = selectors
            if limit > 0 { query.append(("limit", String(limit))) }
            if !token.isEmpty { query.append(("continue", token)) }
            let page: JSONValue
            do {
                page = try await object(call("list", "GET", type, path, query: query))
            } catch {
                guard error.isExpired, !token.isEmpty else { throw error }
                (limit, token) = (0, "")
                list = KeptList(items: [], resourceVersion: "")
                continue
            }
            let next = try append(page, to: &list, type, path, keep)
            // The same token again would go on for ever.
            guard next != token || next.isEmpty else { throw .malformed("GET \(path): the list does not end") }
            if next.isEmpty { return list }
            token = next
        }
    }

    /// Adds a page's items.
    ///
    /// - Returns: The token of the next page; empty after the last.
    private func append<Kept>(
        _ page: JSONValue,
        to list: inout KeptList<Kept>,
        _ type: ResourceType,
        _ path: String,
        _ keep: (JSONValue) -> Kept
    ) throws(APIError) -> String {
        // Go writes an empty list of some kinds as null.
        guard let items = page["items"], items.isNull || items.arrayValue != nil else {
            throw .malformed("GET \(path): not a list")
        }
        for var item in items.arrayValue ?? [] {
            guard item.objectValue != nil else { throw .malformed("GET \(path): an item is not an object") }
            // The items of built-in kinds come without these.
            if item["apiVersion"] == nil { item["apiVersion"] = .string(type.apiVersion) }
            if item["kind"] == nil { item["kind"] = .string(type.kind) }
            list.items.append(keep(item))
        }
        list.resourceVersion = page["metadata"]?["resourceVersion"]?.stringValue ?? list.resourceVersion
        return page["metadata"]?["continue"]?.stringValue ?? ""
    }

    /// `?a=b&c=d`, percent-encoded, or nothing.
    static func text(ofQuery query: [(String, String)]) -> String {
        guard !query.isEmpty else { return "" }
        return "?"
            + query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}
