import Admission
import HTTP
import JSON
import Kubernetes
import Logging
import OptimizationAPI
import Testing

/// Calls the webhooks as the API server does.
enum Calls {
    static func answer(
        _ request: HTTPRequest,
        options: ValidationOptions = ValidationOptions(),
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    ) -> HTTPResponse {
        guard case .now(let response) = AdmissionHandler(options: options, logger: logger).respond(to: request) else {
            Issue.record("an admission call is answered on the spot")
            return .text("", status: 500)
        }
        return response
    }

    /// The review that answers a request.
    static func review(_ request: HTTPRequest, options: ValidationOptions = ValidationOptions()) throws -> JSONValue {
        let response = answer(request, options: options)
        #expect(response.status == 200)
        #expect(response.headers["Content-Type"] == "application/json")
        return try JSONValue(parsing: try #require(response.bytes))
    }

    static func post(_ path: String, _ body: [UInt8], contentType: String? = "application/json") -> HTTPRequest {
        var request = HTTPRequest(method: "POST", target: path + "?timeout=10s", body: body)
        request.headers["Content-Type"] = contentType
        return request
    }

    /// The patch in an answer, decoded.
    static func patch(in response: JSONValue) throws -> JSONPatch? {
        guard let text = response["patch"]?.stringValue else { return nil }
        #expect(response["patchType"] == "JSONPatch")
        return try JSONPatch(decoding: JSONValue(parsing: try #require(Base64.decode(text))))
    }
}
