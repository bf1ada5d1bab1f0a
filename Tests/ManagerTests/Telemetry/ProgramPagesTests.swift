import Foundation
import Testing

@testable import Manager

@Suite("The pages of the program's files")
struct ProgramPagesTests {
    @Test("are those that cannot be written and were not changed")
    func ranges() {
        let mappings = """
            55d0c8a00000-55d0ca4f1000 r-xp 00000000 fe:01 1311  /usr/bin/a program: odd
            Size:              27588 kB
            Anonymous:             0 kB
            VmFlags: rd ex mr mw me sd
            55d0ca4f2000-55d0ca600000 r--p 01af0000 fe:01 1311                   /usr/bin/a program: odd
            Anonymous:           720 kB
            55d0ca600000-55d0cc600000 rw-p 01bfe000 fe:01 1311                   /usr/bin/a program: odd
            Anonymous:             0 kB
            7f10aa000000-7f10ab000000 r--p 00000000 00:00 0
            Anonymous:             0 kB
            7f10ab000000-7f10ac000000 r--s 00000000 fe:01 77                     /shared
            Anonymous:             0 kB
            7f10ac000000-7f10ac200000 r--p 00000000 fe:01 42                     /lib/libcrypto.so.3
            Size:               2048 kB
            Anonymous:             0 kB
            7ffd11000000-7ffd11002000 r-xp 00000000 00:00 0                      [vdso]
            Anonymous:             0 kB
            """
        #expect(
            ProgramPages.sharedRanges(in: mappings) == [
                0x55d0_c8a0_0000..<0x55d0_ca4f_1000, 0x7f10_ac00_0000..<0x7f10_ac20_0000,
            ]
        )
        #expect(ProgramPages.sharedRanges(in: "").isEmpty)
    }

    @Test("are given back, and what this process changed is kept")
    func release() throws {
        let size = 1 << 16
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)").path
        try Data(repeating: 7, count: size).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }

        func map(_ protection: Int32) throws -> UnsafeMutablePointer<UInt8> {
            let pages = try #require(mmap(nil, size, protection, MAP_PRIVATE, descriptor, 0))
            try #require(pages != MAP_FAILED)
            return pages.assumingMemoryBound(to: UInt8.self)
        }
        let constants = try map(PROT_READ)
        let adjusted = try map(PROT_READ | PROT_WRITE)
        defer {
            munmap(constants, size)
            munmap(adjusted, size)
        }
        adjusted[3] = 9
        #expect(mprotect(adjusted, size, PROT_READ) == 0)
        #expect(constants[5] == 7)
        #expect(try resident(at: constants) > 0)

        ProgramPages.release()
        #expect(try resident(at: constants) == 0)
        #expect(constants[5] == 7)
        #expect(adjusted[3] == 9)
        #expect(adjusted[4] == 7)
    }

    /// The resident kilobytes of the mapping that begins at an address.
    private func resident(at address: UnsafeMutablePointer<UInt8>) throws -> Int {
        let text = try #require(ProcFile.read("/proc/self/smaps"))
        let start = String(UInt(bitPattern: address), radix: 16) + "-"
        let lines = text.split(separator: "\n").drop { !$0.hasPrefix(start) }
        let line = try #require(lines.first { $0.hasPrefix("Rss:") })
        return try #require(Int(line.split(separator: " ")[1]))
    }
}
