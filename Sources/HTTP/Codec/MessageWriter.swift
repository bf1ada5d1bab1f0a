import Glibc
import Synchronization

/// Writes heads and chunks as they go over the wire.
package enum MessageWriter {
    /// Appends a response's status line and fields; framing fields of the caller's are replaced by ours.
    static func writeHead(
        status: Int,
        headers: HTTPFields,
        framing: BodyFraming,
        closes: Bool,
        isHTTP10: Bool,
        into output: inout [UInt8]
    ) {
        output += "HTTP/1.1 ".utf8
        write(status, into: &output)
        output.append(UInt8(ascii: " "))
        output += ReasonPhrase.of(status).utf8
        output += "\r\n".utf8
        write(headers, except: responseFields, into: &output)
        write(framing, status: status, into: &output)
        if closes {
            output += "Connection: close\r\n".utf8
        } else if isHTTP10 {
            output += "Connection: keep-alive\r\n".utf8
        }
        output += "Date: ".utf8
        output += HTTPDate.now()
        output += "\r\n\r\n".utf8
    }

    /// Appends a request, body included.
    package static func write(_ request: HTTPRequest, host: String, into output: inout [UInt8]) {
        output += request.method.utf8
        output.append(UInt8(ascii: " "))
        output += request.target.utf8
        output += " HTTP/1.1\r\nHost: ".utf8
        output += (request.headers["Host"] ?? host).utf8
        output += "\r\n".utf8
        write(request.headers, except: requestFields, into: &output)
        // RFC 9110 §8.6: a method that expects a body states its length even when it is zero.
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            write(.length(request.body.count), status: 200, into: &output)
        }
        output += "\r\n".utf8
        output += request.body
    }

    /// Appends one chunk (RFC 9112 §7.1); an empty piece would end the body, so it writes nothing.
    static func writeChunk(_ bytes: [UInt8], into output: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        output += String(bytes.count, radix: 16).utf8
        output += "\r\n".utf8
        output += bytes
        output += "\r\n".utf8
    }

    /// The last chunk, without trailers.
    static let lastChunk = Array("0\r\n\r\n".utf8)

    private static func write(_ framing: BodyFraming, status: Int, into output: inout [UInt8]) {
        switch framing {
        case .length(let count):
            // RFC 9110 §8.6: never in a 1xx or 204.
            guard status >= 200, status != 204 else { return }
            output += "Content-Length: ".utf8
            write(count, into: &output)
            output += "\r\n".utf8
        case .chunked: output += "Transfer-Encoding: chunked\r\n".utf8
        case .none, .untilClose: break
        }
    }

    /// What a response says by way of the writer's parameters, and not of its caller's fields; in lower case.
    private static let responseFields = ["content-length", "transfer-encoding", "connection", "date"].map {
        Array($0.utf8)
    }
    /// The same for a request.
    private static let requestFields = ["content-length", "transfer-encoding", "connection", "host"].map {
        Array($0.utf8)
    }

    private static func write(_ headers: HTTPFields, except ours: [[UInt8]], into output: inout [UInt8]) {
        headers.forEachLine { name, value in
            // A line break in a value would let its author write headers of his own.
            guard !name.isEmpty, name.allSatisfy(\.isTokenCharacter), value.allSatisfy(\.isFieldValueCharacter),
                !ours.contains(where: { same(name, $0) })
            else { return }
            output += name
            output += ": ".utf8
            output += value
            output += "\r\n".utf8
        }
    }

    private static func same(_ name: UnsafeRawBufferPointer, _ lowercased: [UInt8]) -> Bool {
        guard name.count == lowercased.count else { return false }
        for (index, byte) in lowercased.enumerated() where name[index].asciiLowercased != byte { return false }
        return true
    }

    /// Appends a number that is not negative, in decimal digits.
    private static func write(_ number: Int, into output: inout [UInt8]) {
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

/// The `Date` field's value (RFC 9110 §5.6.7), made once a second.
enum HTTPDate {
    private static let cached = Mutex<(second: Int, text: [UInt8])>((.min, []))

    /// The time now, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func now() -> [UInt8] {
        let second = time(nil)
        return cached.withLock { cached in
            if cached.second != second { cached = (second, format(second)) }
            return cached.text
        }
    }

    static func format(_ second: Int) -> [UInt8] {
        var moment = second
        var parts = tm()
        gmtime_r(&moment, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = days[Int(parts.tm_wday) % 7]
        let month = months[Int(parts.tm_mon) % 12]
        let clock = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
        return Array("\(day), \(padded(parts.tm_mday)) \(month) \(Int(parts.tm_year) + 1900) \(clock) GMT".utf8)
    }
}

/// The customary words for status codes (RFC 9110 §15, RFC 6585).
enum ReasonPhrase {
    static func of(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }
}
