/// Takes a body out of the bytes after a head, in pieces of any size.
struct BodyDecoder {
    private enum State {
        case length(left: Int)
        case untilClose
        case chunkSize
        case chunkData(left: Int)
        case chunkEnd
        case trailers
        case complete
    }

    /// A chunk-size line longer than this holds an abuse of chunk extensions, which nobody uses.
    private static let chunkLineLimit = 256
    /// Size lines may outweigh the data by this much in all: tiny chunks with long extensions are work without a body.
    private static let chunkOverheadLimit = 16 << 10
    private static let trailerLimit = 8 << 10

    private var state: State
    private var line: [UInt8] = []
    private let limit: Int
    private var trailerBytes = 0
    private var decoded = 0
    private var chunkOverhead = 0

    /// - Parameter limit: Bytes of body to accept; `.max` for a stream, whose reader sets the pace.
    init(_ framing: BodyFraming, limit: Int) throws(HTTPParseError) {
        self.limit = limit
        switch framing {
        case .none, .length(0): state = .complete
        case .length(let count):
            guard count <= limit else { throw BodyDecoder.tooLarge(limit) }
            state = .length(left: count)
        case .chunked: state = .chunkSize
        case .untilClose: state = .untilClose
        }
    }

    /// Whether the body has ended.
    var isComplete: Bool {
        if case .complete = state { true } else { false }
    }

    /// Whether a connection that closes now ends the body rightly.
    var mayEndWithConnection: Bool {
        switch state {
        case .complete, .untilClose: true
        default: false
        }
    }

    /// How many bytes to make room for, if the peer said.
    var expectedBytes: Int {
        if case .length(let left) = state { left } else { 0 }
    }

    /// Decodes from `input`, appending the body's bytes to `output`.
    ///
    /// - Returns: How many bytes of input were taken: all of them, unless the body ended before.
    mutating func decode(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(HTTPParseError) -> Int {
        var position = 0
        while position < input.count, !isComplete {
            let rest = UnsafeRawBufferPointer(rebasing: input[position...])
            switch state {
            case .complete: break
            case .untilClose:
                try emit(rest, into: &output)
                position = input.count
            case .length(let left):
                let count = min(left, rest.count)
                try emit(UnsafeRawBufferPointer(rebasing: rest[..<count]), into: &output)
                position += count
                state = count == left ? .complete : .length(left: left - count)
            case .chunkData(let left):
                let count = min(left, rest.count)
                try emit(UnsafeRawBufferPointer(rebasing: rest[..<count]), into: &output)
                position += count
                state = count == left ? .chunkEnd : .chunkData(left: left - count)
            case .chunkSize, .chunkEnd, .trailers:
                let taken = try takeLine(rest)
                position += taken
            }
        }
        return position
    }

    private mutating func emit(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) throws(HTTPParseError) {
        guard bytes.count <= limit - decoded else { throw BodyDecoder.tooLarge(limit) }
        decoded += bytes.count
        output += bytes
    }

    /// Takes bytes up to the end of a line, and acts on the line when it is complete.
    private mutating func takeLine(_ input: UnsafeRawBufferPointer) throws(HTTPParseError) -> Int {
        let end = input.firstIndex(of: UInt8(ascii: "\n")) ?? input.count - 1
        line += input[...end]
        guard line.count <= BodyDecoder.chunkLineLimit || isInTrailers else {
            throw .malformed("a chunk's size line is over \(BodyDecoder.chunkLineLimit) bytes")
        }
        guard line.last == UInt8(ascii: "\n") else {
            if isInTrailers { try countTrailer(line.count) }
            return end + 1
        }
        line.removeLast()
        guard line.popLast() == UInt8(ascii: "\r") else { throw .malformed("a line ends in LF without CR") }
        try act(on: line)
        line.removeAll(keepingCapacity: true)
        return end + 1
    }

    private var isInTrailers: Bool {
        if case .trailers = state { true } else { false }
    }

    private mutating func act(on line: [UInt8]) throws(HTTPParseError) {
        switch state {
        case .chunkSize:
            let size = try BodyDecoder.chunkSize(line)
            guard size <= limit - decoded else { throw BodyDecoder.tooLarge(limit) }
            // As much as the data weighs is free, and so is what a size itself takes (the rule of Go's reader).
            let (allowed, overflow) = size.addingReportingOverflow(16)
            chunkOverhead = overflow ? 0 : max(0, chunkOverhead + line.count + 2 - allowed)
            guard chunkOverhead <= BodyDecoder.chunkOverheadLimit else {
                throw .malformed("the chunks carry more extensions than data")
            }
            state = size == 0 ? .trailers : .chunkData(left: size)
        case .chunkEnd:
            guard line.isEmpty else { throw .malformed("a chunk is longer than it said") }
            state = .chunkSize
        default:
            // Trailer fields are read and dropped: nothing here uses any, and a field that arrives after the fact must
            // not override one that was checked (RFC 9110 §6.5.1).
            if line.isEmpty {
                state = .complete
            } else {
                try countTrailer(line.count)
                trailerBytes += line.count
                try FieldParser.check(line)
            }
        }
    }

    private func countTrailer(_ count: Int) throws(HTTPParseError) {
        guard trailerBytes + count <= BodyDecoder.trailerLimit else {
            throw HTTPParseError(status: 431, "trailer fields over \(BodyDecoder.trailerLimit) bytes")
        }
    }

    /// Reads `1a3f` or `1a3f;name=value`; extensions are allowed and mean nothing (RFC 9112 §7.1.1).
    private static func chunkSize(_ line: [UInt8]) throws(HTTPParseError) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        let extensions = line[digits.endIndex...]
        guard extensions.allSatisfy(\.isFieldValueCharacter) else {
            throw .malformed("a chunk extension holds a control character")
        }
        // Fifteen hexadecimal digits always fit in an Int.
        guard !digits.isEmpty, digits.count <= 15 else { throw .malformed("a chunk size that is no number") }
        var size = 0
        for digit in digits {
            guard let value = digit.hexDigitValue else { throw .malformed("a chunk size that is no number") }
            size = size << 4 | Int(value)
        }
        return size
    }

    private static func tooLarge(_ limit: Int) -> HTTPParseError {
        HTTPParseError(status: 413, "the body is over \(limit) bytes")
    }
}
