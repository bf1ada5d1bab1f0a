import Foundation
import Testing

/// A directory as a kubelet mounts a Secret: files are links through `..data`, which is swapped as a whole.
final class SecretVolume: Sendable {
    let path: String
    private let parent: String

    init() throws {
        var template = Array("/tmp/optimizationjob-certs-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        parent = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = parent + "/certs"
    }

    deinit { Self.remove(parent) }

    /// Makes the directory, with nothing in it.
    func mount() throws {
        try #require(mkdir(path, 0o755) == 0)
    }

    /// Deletes the directory and all in it.
    func unmount() { Self.remove(path) }

    /// Puts other contents in place as a kubelet does (`AtomicWriter` in Kubernetes): a new folder is filled, `..data` is
    /// renamed over, the old folder deleted.
    func swap(_ files: [String: String]) throws {
        let old = Self.target(of: "\(path)/..data")
        var template = Array("\(path)/..2026_XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for (name, text) in files { try Self.write(text, to: "\(folder)/\(name)") }
        let name = folder.dropFirst(path.count + 1)
        try #require(symlink(String(name), "\(path)/..data_tmp") == 0)
        try #require(rename("\(path)/..data_tmp", "\(path)/..data") == 0)
        for name in files.keys { _ = symlink("..data/\(name)", "\(path)/\(name)") }
        if let old { Self.remove("\(path)/\(old)") }
    }

    /// Writes a file in place, as people do.
    func write(_ text: String, to name: String) throws {
        try Self.write(text, to: "\(path)/\(name)")
    }

    private static func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }

    private static func target(of link: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }
}
