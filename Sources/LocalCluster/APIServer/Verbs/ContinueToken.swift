import JSON
import Kubernetes

/// Where the next page of a list begins, and at which revision. Opaque to clients; in the form the API server uses.
struct ContinueToken: Sendable, Equatable {
    /// The revision of the first page; `nil` to go on with whatever there is now.
    let revision: UInt64?
    /// The path after which the page begins.
    private let start: String

    init(revision: UInt64, after key: ObjectKey) {
        self.revision = revision
        start = key.path
    }

    private init(revision: UInt64?, start: String) {
        self.revision = revision
        self.start = start
    }

    /// - Throws: 400 if it is none of ours.
    init(_ text: String) throws(Status) {
        func invalid(_ why: String) -> Status {
            .badRequest("invalid continue token: continue key is not valid: \(why)")
        }
        guard let bytes = Base64.decode(text, urlSafe: true) else { throw invalid("illegal base64 data") }
        let token: JSONValue
        do {
            token = try JSONValue(parsing: bytes)
        } catch {
            throw invalid("\(error)")
        }
        guard token["v"]?.stringValue == "meta.k8s.io/v1" else {
            throw invalid("server does not recognize this encoded version \(token["v"]?.description ?? "\"\"")")
        }
        guard let number = token["rv"]?.int64Value, number > 0 || number == -1 else {
            throw invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
        }
        guard let start = token["start"]?.stringValue, start.utf8.last == 0 else {
            throw invalid("incorrect encoded start key (version meta.k8s.io/v1)")
        }
        revision = UInt64(exactly: number)
        self.start = String(decoding: start.utf8.dropLast(), as: UTF8.self)
    }

    var text: String {
        let token: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .number(JSONNumber(revision.map { Int64(clamping: $0) } ?? -1)),
            "start": .string(start + "\u{0}"),
        ]
        return Base64.encode(token.serialized(), urlSafe: true)
    }

    /// The same place, at no particular revision.
    var inconsistent: ContinueToken { ContinueToken(revision: nil, start: start) }

    /// Whether an object belongs to the pages still to come.
    func precedes(_ key: ObjectKey) -> Bool {
        start.utf8.lexicographicallyPrecedes(key.path.utf8)
    }
}
