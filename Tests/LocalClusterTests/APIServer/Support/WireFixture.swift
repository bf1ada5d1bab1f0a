import JSON

/// An HTTP answer of a real cluster, as it came.
struct WireFixture: Sendable {
    let status: Int
    let warnings: [String]
    let body: [UInt8]

    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// - Parameter path: below `Fixtures`, without `.http`.
    init(_ path: String) throws {
        let bytes = try Fixtures.read("\(path).http")
        let separator = Array("\r\n\r\n".utf8)
        guard let split = bytes.indices.first(where: { bytes[$0...].starts(with: separator) }) else {
            throw FixtureFault(path: path)
        }
        let head = String(decoding: bytes[..<split], as: UTF8.self).split(separator: "\r\n").map(String.init)
        guard let code = head.first?.split(separator: " ").dropFirst().first, let status = Int(code) else {
            throw FixtureFault(path: path)
        }
        self.status = status
        warnings = head.filter { $0.hasPrefix("Warning: ") }.map { String($0.dropFirst("Warning: ".count)) }
        let raw = Array(bytes[(split + 4)...])
        body = head.contains("Transfer-Encoding: chunked") ? Self.dechunked(raw) : raw
    }

    private static func dechunked(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) ?? 0
            guard size > 0 else { break }
            let start = end + 2
            body += rest[start..<(start + size)]
            rest = rest[(start + size + 2)...]
        }
        return body
    }
}

struct FixtureFault: Error {
    let path: String
}
