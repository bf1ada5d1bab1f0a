import HTTP
import Kubernetes

/// What a path means.
enum Route: Sendable {
    case health
    case version
    /// `/api`, `/apis` and below, down to the list of resources of one version.
    case discovery(Discovery)
    /// Every object of a kind, in one namespace or (`nil`) in all of them.
    case collection(ServedKind, namespace: String?)
    /// One object, or its subresource.
    case object(ServedKind, ObjectKey, subresource: Subresource)
    case unknown

    enum Discovery: Sendable {
        case coreVersions
        case groups
        case group(String)
        case resources(group: String, version: String)
        case openAPI
        case openAPIDocument(group: String, version: String)
    }

    enum Subresource: String, Sendable {
        case none = ""
        case status
    }

    /// - Parameter path: still percent-encoded.
    /// - Throws: 400 for a path whose encoding is broken or whose name cannot be one.
    init(path: String, kinds: KindTable) throws(Status) {
        guard path.utf8.first == UInt8(ascii: "/") else {
            self = .unknown
            return
        }
        var segments: [String] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let segment = PercentEncoding.decode(part) else {
                throw .badRequest("the path is not percent-encoded UTF-8")
            }
            segments.append(segment)
        }
        // `/apis/` means `/apis`.
        if segments.last == "" { segments.removeLast() }

        switch (segments.first, segments.count) {
        case ("healthz", _), ("readyz", _), ("livez", _): self = .health
        case ("version", 1): self = .version
        case ("api", 1): self = .discovery(.coreVersions)
        case ("api", 2) where segments[1] == "v1": self = .discovery(.resources(group: "", version: "v1"))
        case ("api", _):
            self = try Route(group: "", version: segments[1], segments.dropFirst(2), kinds: kinds)
        case ("apis", 1): self = .discovery(.groups)
        case ("apis", 2): self = .discovery(.group(segments[1]))
        case ("apis", 3): self = .discovery(.resources(group: segments[1], version: segments[2]))
        case ("apis", _):
            self = try Route(group: segments[1], version: segments[2], segments.dropFirst(3), kinds: kinds)
        case ("openapi", 2) where segments[1] == "v3": self = .discovery(.openAPI)
        case ("openapi", 4) where segments[1...2] == ["v3", "api"]:
            self = .discovery(.openAPIDocument(group: "", version: segments[3]))
        case ("openapi", 5) where segments[1...2] == ["v3", "apis"]:
            self = .discovery(.openAPIDocument(group: segments[3], version: segments[4]))
        default: self = .unknown
        }
    }

    /// What comes after group and version: `[namespaces/NS/]PLURAL[/NAME[/SUBRESOURCE]]`.
    private init(group: String, version: String, _ rest: ArraySlice<String>, kinds: KindTable) throws(Status) {
        var rest = rest
        var namespace: String?
        // `/api/v1/namespaces/x` is the namespace itself; with more behind it, it says where.
        if rest.first == "namespaces", rest.count > 2, !(group.isEmpty && rest.dropFirst(2).first == "status") {
            namespace = rest.dropFirst().first
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.popFirst(), let kind = kinds[group, version, plural],
            kind.type.isNamespaced || namespace == nil
        else {
            self = .unknown
            return
        }
        if let namespace { try Self.checkSegment(namespace, "namespace") }
        guard let name = rest.popFirst() else {
            self = .collection(kind, namespace: namespace)
            return
        }
        try Self.checkSegment(name, "name")
        guard !kind.type.isNamespaced || namespace != nil, rest.count < 2,
            let subresource = Subresource(rawValue: rest.first ?? ""), rest.first != "",
            subresource == .none || kind.hasStatus
        else {
            self = .unknown
            return
        }
        self = .object(kind, ObjectKey(namespace: namespace ?? "", name: name), subresource: subresource)
    }

    /// A name that could be mistaken for a path is refused wherever it comes from.
    private static func checkSegment(_ text: String, _ what: String) throws(Status) {
        let fault: String
        switch text {
        case "": fault = "name may not be empty"
        case ".", "..": fault = "may not be '\(text)'"
        case _ where text.utf8.contains(UInt8(ascii: "/")): fault = "may not contain '/'"
        case _ where text.utf8.contains(UInt8(ascii: "%")): fault = "may not contain '%'"
        case _ where text.utf8.contains { $0 < 0x20 || $0 == 0x7F }: fault = "may not contain control characters"
        default: return
        }
        throw .badRequest("invalid resource \(what) \(Quoted(text)): [\(fault)]")
    }
}
