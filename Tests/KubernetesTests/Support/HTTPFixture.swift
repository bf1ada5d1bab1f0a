import HTTP
import JSON

import Foundation
import Testing

/// One answer of a real API server, as it came over the connection.
struct HTTPFixture: CustomTestStringConvertible, Sendable {
    let name: String
    let status: Int
    let headers: HTTPFields
    /// The body as it was framed: the chunks, or one piece.
    let pieces: [[UInt8]]

    var body: [UInt8] { pieces.flatMap { $0 } }
    var isGzip: Bool { headers["Content-Encoding"] == "gzip" }
    var testDescription: String { name }

    /// The body as JSON; `nil` when it is something else.
    var json: JSONValue? { try? JSONValue(parsing: body) }

    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/api")

    /// All of them, but what is compressed: that is the HTTP layer's.
    static let all: [HTTPFixture] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".http") }.sorted()
            .compactMap { try? HTTPFixture(String($0.dropLast(5))) }
            .filter { !$0.isGzip }
    }()

    init(_ name: String) throws {
        self.name = name
        let data = try [UInt8](Data(contentsOf: Self.folder.appendingPathComponent(name + ".http")))
        let end = try #require(data.firstRange(of: Array("\r\n\r\n".utf8)))
        var lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        status = try #require(Int(lines.removeFirst().split(separator: " ")[1]))
        var headers = HTTPFields()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers.append(name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
        }
        self.headers = headers
        let rest = data[end.upperBound...]
        pieces = headers["Transfer-Encoding"] == "chunked" ? try Self.chunks(of: rest) : [Array(rest)]
    }

    private static func chunks(of bytes: ArraySlice<UInt8>) throws -> [[UInt8]] {
        var rest = bytes
        var chunks: [[UInt8]] = []
        while true {
            let line = try #require(rest.firstRange(of: Array("\r\n".utf8)))
            let size = try #require(Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16))
            if size == 0 { return chunks }
            chunks.append(Array(rest[line.upperBound..<line.upperBound + size]))
            rest = rest[(line.upperBound + size + 2)...]
        }
    }
}
