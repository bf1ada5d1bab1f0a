import Glibc

/// Gathers a message's head — the start line and the fields, to the empty line — out of pieces of any size.
///
/// Lines end in CR LF. A bare LF is refused (RFC 9112 §2.2 allows to accept one): two readers that disagree about where a
/// line ends are what request smuggling is made of.
struct HeadCollector {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// Where the line that is not complete yet begins.
    private var lineStart = 0
    /// The lines found, without their ends.
    private var lines: [Range<Int>] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Whether nothing of a head has come yet.
    var isEmpty: Bool { bytes.isEmpty }

    /// Takes from `input` up to the end of the head.
    ///
    /// - Returns: How many bytes were taken, and whether the head is complete.
    mutating func take(_ input: UnsafeRawBufferPointer) throws(HTTPParseError) -> (taken: Int, isComplete: Bool) {
        var taken = 0
        while let found = HeadCollector.firstLineFeed(in: input, from: taken) {
            try append(UnsafeRawBufferPointer(rebasing: input[taken...found]))
            taken = found + 1
            if try endLine() { return (taken, true) }
        }
        try append(UnsafeRawBufferPointer(rebasing: input[taken...]))
        return (input.count, false)
    }

    /// The complete head's lines, lent to `body` as bytes and ranges into them.
    func withLines<Result>(
        _ body: (UnsafeRawBufferPointer, [Range<Int>]) throws(HTTPParseError) -> Result
    ) throws(HTTPParseError) -> Result {
        let outcome = bytes.withUnsafeBytes { raw in
            Swift.Result { () throws(HTTPParseError) in try body(raw, lines) }
        }
        return try outcome.get()
    }

    /// The start line, lent to `body` once it is complete; `nil` before.
    func withFirstLine<Result>(
        _ body: (UnsafeRawBufferPointer) throws(HTTPParseError) -> Result
    ) throws(HTTPParseError) -> Result? {
        guard let first = lines.first else { return nil }
        return try withLines { bytes, _ throws(HTTPParseError) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[first]))
        }
    }

    /// Forgets the head and is ready for the next.
    mutating func reset() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 4096)
        lines.removeAll(keepingCapacity: lines.capacity <= 64)
        lineStart = 0
    }

    private mutating func append(_ piece: UnsafeRawBufferPointer) throws(HTTPParseError) {
        if bytes.isEmpty, let first = piece.first, !first.isTokenCharacter, first != UInt8(ascii: "\r") {
            // Told at once rather than when a line has come: a TLS client waits for an answer to its first message.
            let text = "a message begins with a word, not with the byte \(first)"
            throw .malformed(first == 0x16 ? text + "; this port speaks plain HTTP, without TLS" : text)
        }
        guard bytes.count + piece.count <= limit else {
            throw HTTPParseError(
                status: lines.isEmpty ? 414 : 431,
                "the request line and header fields are over \(limit) bytes"
            )
        }
        bytes += piece
    }

    /// Ends the line whose LF was just appended; true when it was the empty one.
    private mutating func endLine() throws(HTTPParseError) -> Bool {
        let end = bytes.count - 2
        guard end >= lineStart, bytes[end] == UInt8(ascii: "\r") else {
            throw .malformed("a line ends in LF without CR")
        }
        defer { lineStart = bytes.count }
        if end > lineStart {
            lines.append(lineStart..<end)
            return false
        }
        // RFC 9112 §2.2: an empty line before the start line is skipped; one is enough for every known client.
        if lines.isEmpty, lineStart == 0 { return false }
        return true
    }

    private static func firstLineFeed(in input: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < input.count, let base = input.baseAddress,
            let found = memchr(base + start, Int32(UInt8(ascii: "\n")), input.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
