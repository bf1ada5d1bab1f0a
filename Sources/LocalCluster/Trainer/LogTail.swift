/// The last lines of a log, for a message.
enum LogTail {
    /// How much of the log's end goes into a condition's message: enough for a Python traceback, and small beside the
    /// 32,768 characters that a condition's message may have.
    static let maximumLines = 20
    static let maximumBytes = 2048
    /// How much of the end is looked at: a launcher's report of its own can come behind what the trial said.
    private static let readBytes = 8192

    /// The last lines, without what is not text; empty when there is no log.
    static func read(_ path: String) -> String {
        guard let bytes = SmallFile.readEnd(path, limit: readBytes) else { return "" }
        // Colours and the like go whole (ECMA-48, control sequences): what were left of them would stand in the text.
        let text = String(decoding: bytes, as: UTF8.self).replacing(/\u{1B}\[[0-?]*[ -\/]*[@-~]/, with: "")
        var lines =
            text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .map { line in String(String.UnicodeScalarView(line.unicodeScalars.filter(isPrintable))) }
        // The first line is a fragment when the log is longer than what was read.
        if bytes.count == readBytes && lines.count > 1 { lines.removeFirst() }
        removeLauncherReport(from: &lines)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        var tail = lines.suffix(maximumLines)
        while tail.count > 1, length(of: tail) > maximumBytes { tail.removeFirst() }
        return shortened(tail.joined(separator: "\n"))
    }

    /// `torchrun` ends with a traceback of itself and a box of generalities, forty lines behind the one that tells what went
    /// wrong. Where something comes before them, they go.
    private static func removeLauncherReport(from lines: inout [String]) {
        let error = "torch.distributed.elastic.multiprocessing.errors.ChildFailedError"
        guard let named = lines.lastIndex(where: { $0.hasPrefix(error) }),
            let first = lines[..<named].lastIndex(of: "Traceback (most recent call last):"),
            lines[..<first].contains(where: { !$0.allSatisfy(\.isWhitespace) })
        else { return }
        let rules = lines.indices[named...].filter { !lines[$0].isEmpty && lines[$0].allSatisfy { $0 == "=" } }
        lines.removeSubrange(first...(rules.dropFirst().first ?? lines.count - 1))
    }

    private static func length(of lines: ArraySlice<String>) -> Int {
        lines.reduce(lines.count - 1) { $0 + $1.utf8.count }
    }

    /// The end of a single line that is too long.
    private static func shortened(_ line: String) -> String {
        guard line.utf8.count > maximumBytes else { return line }
        let isContinuation = { (byte: UInt8) in byte & 0xC0 == 0x80 }
        return String(decoding: Array(line.utf8.suffix(maximumBytes).drop(while: isContinuation)), as: UTF8.self)
    }

    /// Not a control character: an escape sequence in a log must not reach the terminal of whoever reads the message.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\t" || (scalar.properties.generalCategory != .control && scalar != "\u{fffd}")
    }
}
