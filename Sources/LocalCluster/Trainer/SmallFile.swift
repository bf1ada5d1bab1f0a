import Glibc
import SystemPackage

/// Reading and writing files that fit in memory.
enum SmallFile {
    /// A file's bytes, at most `limit` of them; `nil` when it cannot be opened or read.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]) else {
            return nil
        }
        defer { try? file.close() }
        return try? read(file, limit: limit)
    }

    /// The last bytes of a file, at most `limit`.
    static func readEnd(_ path: String, limit: Int) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]) else {
            return nil
        }
        defer { try? file.close() }
        guard let size = try? file.seek(offset: 0, from: .end),
            (try? file.seek(offset: max(0, size - Int64(limit)), from: .start)) != nil
        else { return nil }
        return try? read(file, limit: limit)
    }

    /// Writes a file anew.
    ///
    /// - Throws: `Errno`.
    static func write(_ bytes: [UInt8], to path: String, permissions: FilePermissions) throws {
        let file = try FileDescriptor.open(
            FilePath(path),
            .writeOnly,
            options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
            permissions: permissions
        )
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }

    private static func read(_ file: FileDescriptor, limit: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < limit {
            let room = min(limit - result.count, 65536)
            let part = try [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if part.isEmpty { break }
            result.append(contentsOf: part)
        }
        return result
    }
}

/// The entries of a directory.
enum DirectoryListing {
    /// The names in a directory, without `.` and `..`, in the order the system gives; empty when it cannot be read.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            // The record is shorter than the structure, so the name is read in place instead of being copied with it.
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return names }
            let start = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            let name = String(cString: start)
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
