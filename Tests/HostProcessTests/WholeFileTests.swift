import Foundation
import HostProcess
import Testing

@Suite("A file written whole")
struct WholeFileTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/optimizationjob-test-\(UUID().uuidString)"

    private func withFolder(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body()
    }

    @Test("takes the place of the old one, with the permissions asked for, and leaves no draft")
    func replaces() throws {
        try withFolder {
            try WholeFile.write("old and longer", to: folder + "/a")
            // A draft that a process of the same number left behind.
            try "rest".write(toFile: folder + "/a.\(getpid())", atomically: false, encoding: .utf8)
            try WholeFile.write("new", to: folder + "/a", permissions: 0o600)
            #expect(try String(contentsOfFile: folder + "/a", encoding: .utf8) == "new")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/a")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("that cannot be put in its place says so, and leaves no draft")
    func refused() throws {
        try withFolder {
            try FileManager.default.createDirectory(atPath: folder + "/a", withIntermediateDirectories: true)
            let error = #expect(throws: SystemError.self) { try WholeFile.write("new", to: folder + "/a") }
            #expect(error?.code == EISDIR)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
        }
    }
}
