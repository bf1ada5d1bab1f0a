import HTTP
import Kubernetes

/// The form in which a client wants objects.
enum ResponseForm: Sendable, Equatable {
    /// The objects themselves.
    case objects
    /// A table for people to read, as kubectl asks for.
    case table
    /// Only `metadata`.
    case metadata
    /// Every group and resource in one document.
    case aggregatedDiscovery
}

/// Chooses among the forms by the `Accept` header.
enum ContentNegotiation {
    /// - Parameters:
    ///   - headers: what the request accepts; nothing at all means anything.
    ///   - offered: the forms that can be made, besides `.objects`.
    /// - Throws: 406 if there is none that the client accepts.
    static func form(for headers: HTTPFields, offered: Set<ResponseForm>) throws(Status) -> ResponseForm {
        let accept = headers.values(of: "Accept").joined(separator: ",")
        guard !accept.isEmpty else { return .objects }
        let ranges = accept.split(separator: ",").map { MediaType($0) }.enumerated().sorted {
            $0.element.quality == $1.element.quality
                ? $0.offset < $1.offset : $0.element.quality > $1.element.quality
        }
        for (_, range) in ranges where range.quality > 0 {
            guard ["application/json", "application/*", "*/*"].contains(range.name) else { continue }
            switch (range["as"], range["g"], range["v"]) {
            case (nil, _, _), ("", _, _): return .objects
            case ("Table", "meta.k8s.io", "v1") where offered.contains(.table): return .table
            case ("PartialObjectMetadata", "meta.k8s.io", "v1") where offered.contains(.metadata),
                ("PartialObjectMetadataList", "meta.k8s.io", "v1") where offered.contains(.metadata):
                return .metadata
            case ("APIGroupDiscoveryList", "apidiscovery.k8s.io", "v2") where offered.contains(.aggregatedDiscovery):
                return .aggregatedDiscovery
            default: continue
            }
        }
        throw .notAcceptable
    }

    /// - Throws: 415 unless the body says it is JSON, or says nothing.
    static func checkJSON(_ headers: HTTPFields) throws(Status) {
        guard let type = headers["Content-Type"], !type.isEmpty else { return }
        guard MediaType(type).name == "application/json" else {
            throw .unsupportedMediaType(accepted: ["application/json"])
        }
    }
}

/// `application/json;as=Table;q=0.9` taken apart (RFC 9110 §8.3.1).
struct MediaType: Sendable {
    /// Type and subtype, in lower case.
    let name: String
    private let parameters: [String: String]

    init(_ text: some StringProtocol) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        name = Self.trim(parts.first.map { String($0) } ?? "").lowercased()
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            parameters[Self.trim(String(pair[0])).lowercased()] = Self.trim(String(pair[1]))
        }
        self.parameters = parameters
    }

    subscript(parameter: String) -> String? { parameters[parameter] }

    /// How much it is wanted, 0…1; 1 when it does not say.
    var quality: Double {
        guard let text = parameters["q"] else { return 1 }
        guard let value = Double(text), value >= 0 else { return 0 }
        return min(value, 1)
    }

    private static func trim(_ text: String) -> String {
        func isPadding(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\"" }
        let start = text.drop(while: isPadding)
        guard let end = start.lastIndex(where: { !isPadding($0) }) else { return "" }
        return String(start[...end])
    }
}
