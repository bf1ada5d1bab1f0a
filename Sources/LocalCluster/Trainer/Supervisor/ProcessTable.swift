import Glibc

/// The processes of this machine at one moment, as `/proc` shows them.
///
/// A snapshot is not atomic: processes come and go while it is read. Whoever has to end all of something therefore
/// repeats reading and signalling until a snapshot shows none.
struct ProcessTable {
    /// One line of `/proc/<pid>/stat`.
    struct Entry: Equatable {
        var pid: pid_t
        /// Gone but not waited for (state `Z` or `X`); signals no longer concern it.
        var isZombie: Bool
        var parent: pid_t
        var group: pid_t
        var session: pid_t
    }

    /// In the order `/proc` lists them.
    var entries: [Entry]

    /// Reads `/proc`. Empty where it is not mounted.
    static func current() -> ProcessTable {
        ProcessTable(
            entries: DirectoryListing.names(in: "/proc").compactMap { name in
                guard let pid = pid_t(name), pid > 0, let stat = SmallFile.read("/proc/\(pid)/stat", limit: 4096) else {
                    return nil
                }
                return parse(stat, pid: pid)
            }
        )
    }

    /// Every living process below `ancestor`, at any depth.
    func descendants(of ancestor: pid_t) -> [pid_t] {
        var children: [pid_t: [Entry]] = [:]
        for entry in entries where entry.pid != ancestor { children[entry.parent, default: []].append(entry) }
        var found: [pid_t] = []
        var seen: Set<pid_t> = [ancestor]
        var pending = [ancestor]
        while let parent = pending.popLast() {
            for child in children[parent] ?? [] where seen.insert(child.pid).inserted {
                pending.append(child.pid)
                if !child.isZombie { found.append(child.pid) }
            }
        }
        return found
    }

    /// Every living process of a session.
    func members(ofSession session: pid_t) -> [pid_t] {
        entries.filter { $0.session == session && !$0.isZombie }.map(\.pid)
    }

    /// Every living process whose environment, as it was when its program started, holds the entry `variable`
    /// (`NAME=value`). Processes of other users are not readable and so not found.
    func members(withVariable variable: String) -> [pid_t] {
        let wanted = Array(variable.utf8)
        return entries.filter { !$0.isZombie }.map(\.pid).filter { pid in
            guard let environment = SmallFile.read("/proc/\(pid)/environ", limit: 4 << 20) else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(wanted) }
        }
    }

    /// Takes one `stat` line apart; man 5 proc_pid_stat.
    ///
    /// The second field is the program's name in parentheses and may itself hold spaces and parentheses, so the
    /// fields are counted from the last `)`.
    static func parse(_ stat: [UInt8], pid: pid_t) -> Entry? {
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = stat[(end + 1)...].split(separator: UInt8(ascii: " "), maxSplits: 5)
        guard fields.count >= 4, let state = fields[0].first,
            let parent = number(fields[1]), let group = number(fields[2]), let session = number(fields[3])
        else { return nil }
        let isZombie = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
        return Entry(pid: pid, isZombie: isZombie, parent: parent, group: group, session: session)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> pid_t? {
        pid_t(String(decoding: field, as: UTF8.self))
    }
}
