import HTTP
import JSON
import Kubernetes

/// What a webhook answered, after everything about the answer itself was checked.
struct WebhookAnswer: Sendable {
    let isAllowed: Bool
    /// Changes to the object; always `nil` from a validating webhook.
    let patch: JSONPatch?
    /// The webhook's own `Status`, if it gave one.
    let status: Status?
    let warnings: [String]

    /// The answer cannot be understood. Worded as the API server does.
    struct Fault: Error, Equatable {
        let message: String

        static func call(_ message: String) -> Fault { Fault(message: "failed to call webhook: \(message)") }
        static func answer(_ message: String) -> Fault {
            Fault(message: "received invalid webhook response: \(message)")
        }
        static func patch(_ message: String) -> Fault {
            Fault(message: "received undecodable patch in webhook response: \(message)")
        }
    }

    /// - Parameter uid: what the answer must repeat.
    init(_ response: HTTPResponse, uid: String, isMutating: Bool) throws(Fault) {
        try Self.checkStatus(response.status)
        let bytes = response.bytes ?? []
        guard !bytes.isEmpty else {
            let type = response.headers["Content-Type"] ?? ""
            throw .call("0-length response with status code: \(response.status) and content type: \(type)")
        }
        let review: JSONValue
        do {
            review = try JSONValue(parsing: bytes)
        } catch {
            throw .call("couldn't get version/kind; json parse error: \(error)")
        }
        let version = review["apiVersion"]?.stringValue ?? ""
        let kind = review["kind"]?.stringValue ?? ""
        if version == "admission.k8s.io/v1beta1", kind == "AdmissionReview" {
            throw .call("converting (v1beta1.AdmissionReview) to (v1.AdmissionReview): unknown conversion")
        }
        guard version == "admission.k8s.io/v1", kind == "AdmissionReview" else {
            let got = version.contains("/") ? version : "/\(version)"
            throw .answer(
                "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got \(got), Kind=\(kind)"
            )
        }
        guard let answer = review["response"], answer.objectValue != nil else {
            throw .answer("webhook response was absent")
        }
        let repeated = answer["uid"]?.stringValue ?? ""
        guard repeated == uid else {
            throw .answer("expected response.uid=\(Quoted(uid)), got \(Quoted(repeated))")
        }
        isAllowed = answer["allowed"]?.boolValue ?? false
        status = answer["status"].flatMap(Self.status)
        warnings = (answer["warnings"]?.arrayValue ?? []).compactMap(\.stringValue)
        patch = try Self.patch(answer, isMutating: isMutating)
    }

    private static func checkStatus(_ code: Int) throws(Fault) {
        switch code {
        case 200...299: return
        case 400: throw .call("the server rejected our request for an unknown reason")
        case 401: throw .call("the server has asked for the client to provide credentials")
        case 403: throw .call("unknown")
        case 404: throw .call("the server could not find the requested resource")
        case 429: throw .call("the server has received too many requests and has asked us to try again later")
        case 500...599: throw .call("an error on the server (\"unknown\") has prevented the request from succeeding")
        default: throw .call("the server responded with the status code \(code) but did not return more information")
        }
    }

    /// The `Status` of a denial, which webhooks write without kind, and often without a code.
    private static func status(_ value: JSONValue) -> Status? {
        guard value.objectValue != nil else { return nil }
        var value = value
        value["kind"] = "Status"
        var status = Status(decoding: value)
        if value["code"] == nil { status?.code = 400 }
        return status
    }

    private static func patch(_ answer: JSONValue, isMutating: Bool) throws(Fault) -> JSONPatch? {
        let text = answer["patch"]?.stringValue ?? ""
        let type = answer["patchType"].flatMap { $0.isNull ? nil : $0.stringValue ?? $0.description }
        guard isMutating else {
            if !text.isEmpty { throw .answer("validating webhook may not return response.patch") }
            if type != nil { throw .answer("validating webhook may not return response.patchType") }
            return nil
        }
        guard !text.isEmpty else {
            if type != nil { throw .answer("webhook returned response.patchType but not response.patch") }
            return nil
        }
        guard let bytes = Base64.decode(text) else { throw .call("illegal base64 data at input byte 0") }
        guard let type else { throw .answer("webhook returned response.patch but not response.patchType") }
        do {
            let value = try JSONValue(parsing: bytes)
            guard value.arrayValue != nil else {
                throw Fault.patch("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
            }
            guard type == "JSONPatch" else {
                throw Fault.answer("invalid response.patchType \(Quoted(type))")
            }
            return try JSONPatch(decoding: value)
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .patch("\(error)")
        }
    }

    /// The user's answer when the webhook denies the request.
    ///
    /// The webhook's `Status` is passed on, with its message introduced and its code made an error if it is none.
    func denial(by webhook: String) -> Status {
        let denied = "admission webhook \(Quoted(webhook)) denied the request"
        var denial = status ?? Status(code: 400, reason: "", message: "")
        if !denial.message.isEmpty {
            denial.message = "\(denied): \(denial.message)"
        } else if !denial.reason.isEmpty {
            denial.message = "\(denied): \(denial.reason)"
        } else {
            denial.message = "\(denied) without explanation"
        }
        denial.isSuccess = false
        if denial.code < 400 { denial.code = 400 }
        return denial
    }
}
