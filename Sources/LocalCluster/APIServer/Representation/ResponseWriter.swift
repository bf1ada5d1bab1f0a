import HTTP
import JSON
import Kubernetes

/// Makes HTTP responses of answers and refusals.
enum ResponseWriter {
    static func json(_ bytes: [UInt8], status: Int = 200, warnings: WarningLog? = nil) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers(warnings), body: .bytes(bytes))
    }

    static func json(_ value: JSONValue, status: Int = 200, warnings: WarningLog? = nil) -> HTTPResponse {
        json(value.serialized(), status: status, warnings: warnings)
    }

    static func refusal(_ status: Status, warnings: WarningLog? = nil) -> HTTPResponse {
        var response = json(status.json.serialized() + [UInt8(ascii: "\n")], status: status.code, warnings: warnings)
        if let seconds = status.details?.retryAfterSeconds, seconds > 0 {
            response.headers["Retry-After"] = String(seconds)
        }
        return response
    }

    /// What any path gets that means nothing.
    static let pageNotFound: HTTPResponse = {
        var response = HTTPResponse.text("404 page not found\n", status: 404)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-cache, private"
        return response
    }()

    /// What the paths that are no resources say to anything but GET.
    static let methodNotAllowed = HTTPResponse.text("405: Method Not Allowed\n", status: 405)

    static func headers(_ warnings: WarningLog? = nil) -> HTTPFields {
        var headers: HTTPFields = ["Cache-Control": "no-cache, private", "Content-Type": "application/json"]
        for warning in warnings?.headers ?? [] { headers.append(name: "Warning", value: warning) }
        return headers
    }
}
