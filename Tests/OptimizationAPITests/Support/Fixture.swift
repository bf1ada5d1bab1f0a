import Glibc
import JSON

/// A file in `Fixtures/`.
enum Fixture {
    struct Unreadable: Error {
        let path: String
    }

    static func json(_ name: String, file: String = #filePath) throws -> JSONValue {
        // …/Tests/OptimizationAPITests/Support/Fixture.swift
        let folder = file.split(separator: "/").dropLast(2).joined(separator: "/")
        let path = "/\(folder)/Fixtures/\(name)"
        guard let stream = fopen(path, "r") else { throw Unreadable(path: path) }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return try JSONValue(parsing: bytes)
    }
}
