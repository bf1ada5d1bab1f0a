import JSON
import Kubernetes

/// What a list or a watch asks for.
struct ListParameters: Sendable {
    /// Which version of the collection is meant.
    enum Version: Sendable, Equatable {
        /// The newest there is.
        case latest
        /// Anything, preferably at hand: `resourceVersion=0`.
        case any
        case notOlderThan(UInt64)
        case exactly(UInt64)
    }

    var selector: ObjectSelector
    var version: Version = .latest
    /// 0 for no limit.
    var limit: Int = 0
    var continueToken: String?
    var isWatch = false
    var allowsBookmarks = false
    /// `nil` when the request does not say.
    var sendsInitialEvents: Bool?
    var timeout: Duration?

    init(_ parameters: RequestParameters, kind: ServedKind) throws(Status) {
        selector = try ObjectSelector(
            labels: parameters.text("labelSelector"),
            fields: parameters.text("fieldSelector"),
            kind: kind
        )
        isWatch = parameters.flag("watch")
        allowsBookmarks = parameters.flag("allowWatchBookmarks")
        sendsInitialEvents = parameters.optionalFlag("sendInitialEvents")
        if let seconds = try parameters.integer("timeoutSeconds"), seconds > 0 {
            timeout = .seconds(min(seconds, 24 * 3600))
        }
        if let asked = try parameters.integer("limit"), asked > 0 {
            limit = Int(clamping: asked)
        }
        continueToken = parameters.text("continue")

        let revision = try Self.revision(parameters.text("resourceVersion"))
        let match = parameters.text("resourceVersionMatch")
        try Self.checkMatch(
            match,
            hasRevision: parameters.text("resourceVersion") != nil,
            revision: revision,
            isWatch: isWatch,
            sendsInitialEvents: sendsInitialEvents,
            hasToken: continueToken != nil
        )
        switch (revision, match) {
        case (nil, _): version = .latest
        case (0?, _): version = .any
        case (let exact?, "Exact"): version = .exactly(exact)
        case (let least?, _): version = isWatch ? .exactly(least) : .notOlderThan(least)
        }
        if continueToken != nil, let revision, revision != 0 {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
    }

    private static func revision(_ text: String?) throws(Status) -> UInt64? {
        guard let text else { return nil }
        guard text.utf8.allSatisfy({ UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") }), let number = UInt64(text)
        else {
            throw .malformedResourceVersion(text)
        }
        return number
    }

    private static func checkMatch(
        _ match: String?,
        hasRevision: Bool,
        revision: UInt64?,
        isWatch: Bool,
        sendsInitialEvents: Bool?,
        hasToken: Bool
    ) throws(Status) {
        var problems: [StatusCause] = []
        let field = "resourceVersionMatch"
        if sendsInitialEvents != nil {
            if !isWatch {
                problems.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
            } else if match != "NotOlderThan" {
                problems.append(
                    .forbidden(field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
                )
            }
        } else if let match {
            if isWatch {
                problems.append(
                    .forbidden(
                        field,
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
                    )
                )
            } else if !hasRevision {
                problems.append(
                    .forbidden(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")
                )
            } else if hasToken {
                problems.append(.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"))
            }
            if !["Exact", "NotOlderThan"].contains(match) {
                problems.append(
                    .notSupported(field, .string(match), supported: ["Exact", "NotOlderThan", ""])
                )
            }
            if match == "Exact", revision == 0 {
                problems.append(
                    .forbidden(field, "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"")
                )
            }
        }
        if !problems.isEmpty {
            throw .invalid(
                options: "ListOptions",
                problems
            )
        }
    }
}
