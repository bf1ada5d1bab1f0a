import Admission
import HTTP
import JSON
import Kubernetes
import Logging

/// The body of an admission call, sent to both webhooks.
///
/// Every call gets an answer: an HTTP error, or a review for the call's `uid` whose patch applies to the object and has
/// nothing left to add when the result comes again.
enum AdmissionReviewCheck {
    private static let handler = AdmissionHandler(
        logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    )

    static func run(_ input: [UInt8]) {
        for path in [WebhookPaths.mutate, WebhookPaths.validate] {
            guard let answer = call(path, input) else { continue }
            let request = JSONCheck.parse(input)?["request"]
            FuzzTarget.require(answer["uid"] == request?["uid"], "the call's own uid in the answer")
            FuzzTarget.require(answer["allowed"]?.boolValue != nil, "a verdict")
            guard let text = answer["patch"]?.stringValue, let object = request?["object"] else { continue }
            FuzzTarget.require(path == WebhookPaths.mutate, "no patch from the validating webhook")
            check(patch: text, of: object, in: input)
        }
    }

    private static func check(patch text: String, of object: JSONValue, in input: [UInt8]) {
        guard let bytes = Base64.decode(text), let json = JSONCheck.parse(bytes),
            let patch = try? JSONPatch(decoding: json), let result = try? patch.applied(to: object)
        else { fatalError("broken promise: a patch that applies: \(text)") }
        guard var review = JSONCheck.parse(input), var request = review["request"] else { return }
        request["object"] = result
        review["request"] = request
        let again = call(WebhookPaths.mutate, review.serialized())
        FuzzTarget.require(again?["patch"] == nil, "nothing left to default in what was defaulted")
    }

    /// The `response` of a review, or `nil` when the call was refused as none.
    private static func call(_ path: String, _ body: [UInt8]) -> JSONValue? {
        let request = HTTPRequest(
            method: "POST",
            target: path + "?timeout=10s",
            headers: ["Content-Type": "application/json"],
            body: body
        )
        guard case .now(let response) = handler.respond(to: request) else { fatalError("an answer on the spot") }
        guard response.status == 200 else {
            FuzzTarget.require(response.status == 400, "400 for what is no review, not \(response.status)")
            return nil
        }
        guard let review = response.bytes.flatMap({ JSONCheck.parse($0) }), let answer = review["response"] else {
            fatalError("broken promise: a review in the answer")
        }
        return answer
    }
}
