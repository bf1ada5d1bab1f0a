import CLinux
import Glibc
import HostProcess
import Synchronization

/// A stream people or programs read: standard output or standard error.
final class TextOutput: Sendable {
    let descriptor: Int32
    /// Whether a person may be looking: a terminal that understands cursor movements.
    let isInteractive: Bool
    /// Whether colour is welcome (https://no-color.org).
    let isColored: Bool
    /// One writer at a time, so that lines stay whole. Keeps the number of the first error.
    private let firstError = Mutex<Int32?>(nil)

    /// Looks at what the descriptor is connected to.
    init(descriptor: Int32, environment: [String: String]) {
        self.descriptor = descriptor
        let terminal = environment["TERM"] ?? ""
        isInteractive = isatty(descriptor) == 1 && !terminal.isEmpty && terminal != "dumb"
        isColored = isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Writes all of the text, or as much as the reader takes: output that cannot be written must not end a run. It is in
    /// `failure` then.
    func write(_ text: String) {
        firstError.withLock { firstError in
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count > 0 {
                    bytes = bytes.dropFirst(count)
                } else if errno == EAGAIN {
                    // A terminal shared with a program that made it non-blocking.
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&waiting, 1, 1000)
                } else if errno != EINTR {
                    firstError = firstError ?? errno
                    return
                }
            }
        }
    }

    /// Why something was not written; `nil` when all was, or its reader simply stopped to read.
    var failure: SystemError? {
        guard let code = firstError.withLock({ $0 }), code != EPIPE else { return nil }
        let name = descriptor == STDOUT_FILENO ? "standard output" : "standard error"
        return SystemError("cannot write \(name)", code: code)
    }

    /// The size in characters; that of an old terminal when it cannot be asked for.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// Repaints a block of lines in place.
///
/// Each frame is one write that overwrites the one before, line by line, so that nothing flickers; the cursor is hidden
/// meanwhile and shown again by `close`.
struct LiveBlock {
    private let output: TextOutput
    private var drawn: [String] = []
    private var columns = 0
    private var isOpen = false

    init(output: TextOutput) {
        self.output = output
    }

    /// Paints `lines`, each no wider than the terminal.
    mutating func draw(_ lines: [String], columns: Int) {
        if isOpen, lines == drawn, columns == self.columns { return }
        var frame = isOpen ? "" : LiveBlock.hideCursor
        if drawn.count > 1 { frame += "\u{1B}[\(drawn.count - 1)A" }
        frame += "\r"
        // A terminal that became narrower has wrapped the old lines: clearing down to its end tidies up what it can.
        if columns != self.columns { frame += "\u{1B}[J" }
        frame += lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
        if lines.count < drawn.count { frame += "\u{1B}[J" }
        output.write(frame)
        drawn = lines
        self.columns = columns
        isOpen = true
    }

    /// Leaves the last frame where it is, and the cursor visible below it.
    mutating func close() {
        guard isOpen else { return }
        output.write("\r\n" + LiveBlock.showCursor)
        drawn = []
        isOpen = false
    }

    /// Makes the cursor visible again whatever was being drawn; harmless when it is.
    static let showCursor = "\u{1B}[?25h"
    private static let hideCursor = "\u{1B}[?25l"
}
