import JSON

/// What an API server answers instead of an object: an error, or the success of a deletion.
///
/// Source: `Status` in Kubernetes' `meta/v1`.
public struct Status: Error, Hashable, Sendable, CustomStringConvertible {
    /// The HTTP status code, such as 404.
    public var code: Int
    /// Why, as one word for programs; empty when unknown. See `StatusReason`.
    public var reason: String
    /// Why, in a sentence for people.
    public var message: String
    /// What it is about.
    public var details: StatusDetails?
    /// Whether this reports a success.
    public var isSuccess: Bool
    /// With `Expired` for a continue token: a token that continues the list all the same, inconsistently. Empty otherwise.
    public var continueToken: String

    /// Makes a status; a failure unless said otherwise.
    public init(
        code: Int,
        reason: String,
        message: String,
        details: StatusDetails? = nil,
        isSuccess: Bool = false,
        continueToken: String = ""
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
        self.isSuccess = isSuccess
        self.continueToken = continueToken
    }

    /// Reads a status. `nil` unless the value is an object of kind `Status`; what else is missing counts as empty.
    public init?(decoding value: JSONValue) {
        guard value["kind"]?.stringValue == "Status" else { return nil }
        isSuccess = value["status"]?.stringValue == "Success"
        let number = value["code"]?.int64Value.flatMap { (100...599).contains($0) ? Int($0) : nil }
        code = number ?? (isSuccess ? 200 : 500)
        reason = value["reason"]?.stringValue ?? ""
        message = value["message"]?.stringValue ?? ""
        details = value["details"].flatMap { StatusDetails(decoding: $0) }
        continueToken = value["metadata"]?["continue"]?.stringValue ?? ""
    }

    /// The status as an API server writes it.
    public var json: JSONValue {
        var metadata = JSONObject()
        if !continueToken.isEmpty { metadata["continue"] = .string(continueToken) }
        var object: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": .object(metadata),
            "status": isSuccess ? "Success" : "Failure",
        ]
        if !message.isEmpty { object["message"] = .string(message) }
        if !reason.isEmpty { object["reason"] = .string(reason) }
        if let details { object["details"] = details.json }
        if !isSuccess { object["code"] = .number(JSONNumber(code)) }
        return .object(object)
    }

    /// The message, or the reason and code when there is none.
    public var description: String {
        if !message.isEmpty { return message }
        return reason.isEmpty ? "status \(code)" : "\(reason) (\(code))"
    }
}

/// What a `Status` is about.
public struct StatusDetails: Hashable, Sendable {
    /// The object's name.
    public var name: String
    /// The API group.
    public var group: String
    /// The plural (`optimizationjobs`), or with `Invalid` the kind (`OptimizationJob`).
    public var kind: String
    /// The object's UID.
    public var uid: String
    /// Everything that is wrong, one by one.
    public var causes: [StatusCause]
    /// When to try again; 0 when unsaid.
    public var retryAfterSeconds: Int

    /// Makes details; what is not given is left out.
    public init(
        name: String = "",
        group: String = "",
        kind: String = "",
        uid: String = "",
        causes: [StatusCause] = [],
        retryAfterSeconds: Int = 0
    ) {
        self.name = name
        self.group = group
        self.kind = kind
        self.uid = uid
        self.causes = causes
        self.retryAfterSeconds = retryAfterSeconds
    }

    init?(decoding value: JSONValue) {
        guard value.objectValue != nil else { return nil }
        name = value["name"]?.stringValue ?? ""
        group = value["group"]?.stringValue ?? ""
        kind = value["kind"]?.stringValue ?? ""
        uid = value["uid"]?.stringValue ?? ""
        causes = (value["causes"]?.arrayValue ?? []).map { StatusCause(decoding: $0) }
        let seconds = value["retryAfterSeconds"]?.int64Value ?? 0
        retryAfterSeconds = Int(min(max(seconds, 0), Int64(Int32.max)))
    }

    var json: JSONValue {
        var object = JSONObject()
        for (key, text) in [("name", name), ("group", group), ("kind", kind), ("uid", uid)] where !text.isEmpty {
            object[key] = .string(text)
        }
        if !causes.isEmpty { object["causes"] = .array(causes.map(\.json)) }
        if retryAfterSeconds > 0 { object["retryAfterSeconds"] = .number(JSONNumber(retryAfterSeconds)) }
        return .object(object)
    }
}

/// One thing that is wrong.
public struct StatusCause: Hashable, Sendable {
    /// Why, as one word, such as `FieldValueInvalid`.
    public var reason: String
    /// Why, in words.
    public var message: String
    /// The field, such as `spec.parameters[2].name`; empty when it is about no field.
    public var field: String

    /// Makes a cause.
    public init(reason: String, message: String, field: String) {
        self.reason = reason
        self.message = message
        self.field = field
    }

    init(decoding value: JSONValue) {
        reason = value["reason"]?.stringValue ?? ""
        message = value["message"]?.stringValue ?? ""
        field = value["field"]?.stringValue ?? ""
    }

    var json: JSONValue {
        var object = JSONObject()
        for (key, text) in [("reason", reason), ("message", message), ("field", field)] where !text.isEmpty {
            object[key] = .string(text)
        }
        return .object(object)
    }
}
