import Glibc

/// What is mapped of the files of this program and its libraries.
enum ProgramPages {
    /// Takes code and constants out of this process's resident memory; what is used from now on comes back by itself.
    ///
    /// For a process that has started and will now do the same few things for weeks. Starting up runs through much of the
    /// program once, and around each page that is touched the kernel maps its neighbours, so that most of what is resident is
    /// never looked at again. The pages stay in the kernel's cache of the file, from where sixteen at a time come back in
    /// about a microsecond.
    static func release() {
        for range in sharedRanges(in: ProcFile.read("/proc/self/smaps") ?? "") {
            // When it fails nothing has changed, and nothing is wrong.
            madvise(UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The addresses at which a file is mapped and has exactly its content.
    ///
    /// That is: they cannot be written, and no page there is the process's own. What the loader has adjusted is read-only too
    /// by the time a program runs, and exists nowhere else.
    ///
    /// - Parameter mappings: The text of `/proc/PID/smaps` (proc_pid_smaps(5)).
    static func sharedRanges(in mappings: String) -> [Range<UInt>] {
        var ranges: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in mappings.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            if fields.first?.hasSuffix(":") != true {
                candidate = fields.count == 6 && isReadOnlyFile(fields) ? range(fields[0]) : nil
            } else if fields[0] == "Anonymous:" {
                if fields[1] == "0", let candidate { ranges.append(candidate) }
                candidate = nil
            }
        }
        return ranges
    }

    /// Whether the first line of a mapping (addresses, permissions, offset, device, inode, path) is that of a private mapping
    /// of a file that cannot be written.
    private static func isReadOnlyFile(_ fields: [Substring]) -> Bool {
        ["r--p", "r-xp"].contains(fields[1]) && fields[4] != "0" && fields[5].drop(while: { $0 == " " }).hasPrefix("/")
    }

    private static func range(_ text: Substring) -> Range<UInt>? {
        let bounds = text.split(separator: "-").compactMap { UInt($0, radix: 16) }
        return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
    }
}
