import Glibc
import Testing

@testable import LocalCluster

@Suite("The process table")
struct ProcessTableTests {
    static let lines: [(line: String, parent: pid_t?)] = [
        ("7 (sh) S 3 7 5 0 -1 4194560", 3),
        ("7 (a) b) S 1 2 (x) R 4 7 5 0 -1", 4),
        ("7 (x) Z 1 7 5 0", 1),
        ("7 () S 1 7 5 0", 1),
        ("7 (sh S 3 7 5", nil),
        ("", nil),
        ("7 (sh) S", nil),
        ("7 (sh) S x y z", nil),
        ("7 (sh) S 99999999999 7 5 0", nil),
    ]

    @Test("counts fields from the last parenthesis, because a program names itself", arguments: lines)
    func parsing(_ subject: (line: String, parent: pid_t?)) {
        #expect(ProcessTable.parse(Array(subject.line.utf8), pid: 7)?.parent == subject.parent)
    }

    @Test("finds descendants at any depth, but neither the dead nor those of others")
    func descendants() {
        func entry(_ pid: pid_t, _ parent: pid_t, zombie: Bool = false) -> ProcessTable.Entry {
            ProcessTable.Entry(pid: pid, isZombie: zombie, parent: parent, group: pid, session: pid)
        }
        let table = ProcessTable(entries: [
            entry(2, 1), entry(3, 2), entry(4, 3, zombie: true), entry(5, 4), entry(6, 1), entry(7, 7), entry(1, 0),
        ])
        #expect(table.descendants(of: 2).sorted() == [3, 5])
        #expect(table.descendants(of: 99) == [])
    }

    @Test("finds this process in its session, and by its environment")
    func own() {
        let table = ProcessTable.current()
        #expect(table.members(ofSession: getsid(0)).contains(getpid()))
        let environment = SmallFile.read("/proc/self/environ", limit: 1 << 20) ?? []
        if let first = environment.split(separator: 0).first {
            #expect(table.members(withVariable: String(decoding: first, as: UTF8.self)).contains(getpid()))
        }
        #expect(table.members(withVariable: "NO_SUCH_VARIABLE=anywhere").isEmpty)
    }
}
