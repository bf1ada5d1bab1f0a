public import JSON

/// A webhook's answer: the `response` of an `AdmissionReview`.
public struct AdmissionResponse: Sendable {
    /// The version of the reviews spoken here.
    public static let apiVersion = "admission.k8s.io/v1"

    /// The `uid` of the request.
    public let uid: String
    /// Why it is denied; `nil` when it is allowed.
    public let status: Status?
    /// Changes to make to the object first.
    public let patch: JSONPatch?
    /// What the user is told beside the answer; Kubernetes advises at most 120 characters each.
    public let warnings: [String]

    /// Lets the request pass, with changes or without.
    public static func allowed(
        _ request: AdmissionRequest,
        patch: JSONPatch? = nil,
        warnings: [String] = []
    ) -> AdmissionResponse {
        AdmissionResponse(uid: request.uid, status: nil, patch: patch, warnings: warnings)
    }

    /// Refuses the request.
    public static func denied(
        _ request: AdmissionRequest,
        _ status: Status,
        warnings: [String] = []
    ) -> AdmissionResponse {
        AdmissionResponse(uid: request.uid, status: status, patch: nil, warnings: warnings)
    }

    /// The text of the whole `AdmissionReview` to send.
    public func serialized() -> [UInt8] {
        guard status == nil, patch == nil, warnings.isEmpty else { return review.serialized() }
        // Most answers differ in nothing else.
        var text = Self.beforeUID
        JSONValue.string(uid).write(into: &text)
        text += Self.afterUID
        return text
    }

    private static let beforeUID = Array(
        #"{"apiVersion":"\#(apiVersion)","kind":"AdmissionReview","response":{"uid":"#.utf8
    )
    private static let afterUID = Array(#","allowed":true}}"#.utf8)

    /// The whole `AdmissionReview` to send.
    public var review: JSONValue {
        var response: JSONObject = ["uid": .string(uid), "allowed": .bool(status == nil)]
        if let status { response["status"] = status.json }
        if let patch {
            response["patchType"] = "JSONPatch"
            response["patch"] = .string(Base64.encode(patch.json.serialized()))
        }
        if !warnings.isEmpty { response["warnings"] = .array(warnings.map { .string($0) }) }
        return [
            "apiVersion": .string(AdmissionResponse.apiVersion), "kind": "AdmissionReview",
            "response": .object(response),
        ]
    }
}
