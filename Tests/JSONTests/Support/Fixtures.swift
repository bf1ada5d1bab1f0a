import JSON

#if canImport(Glibc)
import Glibc
#endif

/// The files under `Fixtures/`, found beside this source file.
enum Fixtures {
    private static let folder =
        "\(#filePath)".split(separator: "/").dropLast(2).map { "/" + $0 }.joined() + "/Fixtures/"

    /// The names of the files in a folder, sorted.
    static func names(in subfolder: String) -> [String] {
        guard let directory = opendir(folder + subfolder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json") { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a file.
    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = fopen(folder + path, "rb") else { throw MissingFixture(path: folder + path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// A file that a test needs is not there.
struct MissingFixture: Error {
    var path: String
}
