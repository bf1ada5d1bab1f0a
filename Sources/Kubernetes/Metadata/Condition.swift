import JSON

/// One thing a status says about its object, as Kubernetes' `metav1.Condition` says it.
public struct Condition: Hashable, Sendable {
    /// What it is about, in CamelCase.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// Why, as one CamelCase word for programs.
    public var reason: String
    /// Why, in a sentence for people.
    public var message: String
    /// When `status` last changed.
    public var lastTransitionTime: Timestamp
    /// The `metadata.generation` this was concluded from.
    public var observedGeneration: Int64?

    /// Makes a condition.
    public init(
        type: String,
        status: String,
        reason: String,
        message: String,
        lastTransitionTime: Timestamp,
        observedGeneration: Int64? = nil
    ) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
        self.lastTransitionTime = lastTransitionTime
        self.observedGeneration = observedGeneration
    }

    /// Reads a condition leniently. `nil` when it has no type; a missing status is `Unknown`, an unreadable time is 1970.
    public init?(decoding value: JSONValue) {
        guard let type = value["type"]?.stringValue, !type.isEmpty else { return nil }
        self.type = type
        status = value["status"]?.stringValue ?? "Unknown"
        reason = value["reason"]?.stringValue ?? ""
        message = value["message"]?.stringValue ?? ""
        lastTransitionTime =
            value["lastTransitionTime"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
            ?? Timestamp(secondsSinceEpoch: 0)
        observedGeneration = value["observedGeneration"]?.int64Value
    }

    /// Whether `status` is `True`.
    public var isTrue: Bool { status == "True" }

    /// The condition as a status carries it.
    public var json: JSONValue {
        var object: JSONObject = ["type": .string(type), "status": .string(status)]
        if let observedGeneration { object["observedGeneration"] = .number(JSONNumber(observedGeneration)) }
        object["lastTransitionTime"] = .string(lastTransitionTime.description)
        object["reason"] = .string(reason)
        object["message"] = .string(message)
        return .object(object)
    }
}

extension [Condition] {
    /// Reads `status.conditions`; what is not a condition is left out.
    public init(decoding value: JSONValue?) {
        self = (value?.arrayValue ?? []).compactMap { Condition(decoding: $0) }
    }

    /// The condition of a type.
    public func condition(_ type: String) -> Condition? {
        first { $0.type == type }
    }

    /// Whether there is a condition of a type and it is true.
    public func isTrue(_ type: String) -> Bool {
        condition(type)?.isTrue ?? false
    }

    /// Adds a condition, or replaces the one of its type.
    ///
    /// The old `lastTransitionTime` stays unless `status` changes, as the API conventions ask.
    ///
    /// - Returns: Whether anything changed.
    @discardableResult
    public mutating func setCondition(_ condition: Condition) -> Bool {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            append(condition)
            return true
        }
        var next = condition
        if self[index].status == condition.status { next.lastTransitionTime = self[index].lastTransitionTime }
        guard self[index] != next else { return false }
        self[index] = next
        return true
    }
}
