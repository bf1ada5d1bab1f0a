import Foundation
import HTTP
import JSON

/// A call that a real API server sent to an admission webhook: request line, headers and body as they came.
struct Recorded: CustomStringConvertible, Sendable {
    /// The files' name, such as `create-kubectl.mutating`.
    let name: String
    /// Whether it was for the mutating webhook.
    var isMutating: Bool { name.contains(".mutating") }
    var description: String { name }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    static let all: [Recorded] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().map { Recorded(name: String($0.dropLast(5))) }
    }()

    func body() throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: "\(name).json")))
    }

    /// The request, at the path where our webhook is.
    func request(to path: String) throws -> HTTPRequest {
        let (line, headers) = try Self.head("\(name).http")
        let words = line.split(separator: " ")
        let query = words[1].split(separator: "?", maxSplits: 1).dropFirst().map { "?\($0)" }.joined()
        return HTTPRequest(method: String(words[0]), target: path + query, headers: headers, body: try body())
    }

    /// The JSON body of a message with its head.
    static func message(_ file: String) throws -> JSONValue {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        let body = text.split(separator: "\r\n\r\n", maxSplits: 1).last ?? ""
        return try JSONValue(parsing: Array(body.utf8))
    }

    private static func head(_ file: String) throws -> (line: Substring, headers: HTTPFields) {
        let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
        let lines = text.split(separator: "\r\n")
        var headers: HTTPFields = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return (lines.first ?? "", headers)
    }
}
