/// Cuts a stream of bytes into lines, wherever the pieces it comes in begin and end.
struct LineSplitter: Sendable {
    /// A line is longer than it may be.
    struct LineTooLong: Error {
        /// How many bytes it may have.
        let limit: Int
    }

    private let limit: Int
    private var buffer: [UInt8] = []
    /// Where the next line begins.
    private var start = 0
    /// Up to where no newline was found, so that a long line is not searched again with every piece of it.
    private var searched = 0

    /// - Parameter limit: The longest line, in bytes, without its end.
    init(limit: Int) {
        self.limit = limit
    }

    /// Adds a piece.
    mutating func append(_ piece: [UInt8]) {
        if start == buffer.count {
            buffer = piece
        } else {
            buffer.removeFirst(start)
            buffer += piece
        }
        searched -= start
        if searched < 0 { searched = 0 }
        start = 0
    }

    /// The next whole line, without its end; `nil` when it has not come yet. Lines of nothing but white space are left out.
    mutating func next() throws(LineTooLong) -> [UInt8]? {
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer[start..<end]
            start = end + 1
            searched = start
            guard line.count <= limit else { throw LineTooLong(limit: limit) }
            if !Self.isBlank(line) { return Array(line) }
        }
        searched = buffer.count
        guard buffer.count - start <= limit else { throw LineTooLong(limit: limit) }
        return nil
    }

    /// What came after the last line's end; empty when it is only white space.
    var rest: [UInt8] {
        let rest = buffer[start...]
        return Self.isBlank(rest) ? [] : Array(rest)
    }

    private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
        line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
}
