import CZlib

/// The content coding `gzip` (RFC 9110 §8.4.1.3), by zlib.
public enum Gzip {
    /// Bytes that are no gzip, or too much of it.
    public enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// Not a gzip stream, damaged, or cut short.
        case corrupt
        /// Unpacks to more than this many bytes.
        case tooLarge(limit: Int)
        /// zlib could not work, for lack of memory.
        case unavailable

        /// What is wrong, in words.
        public var description: String {
            switch self {
            case .corrupt: "not a valid gzip stream"
            case .tooLarge(let limit): "unpacks to over \(limit) bytes"
            case .unavailable: "zlib has no memory"
            }
        }
    }

    /// 15 bits of window, the largest, and 16 to mean gzip rather than zlib's own format.
    private static let windowBits: Int32 = 15 + 16
    private static let pieceBytes = 64 << 10

    /// Unpacks.
    ///
    /// - Parameter limit: The most bytes to unpack; a few bytes can unpack to gigabytes.
    public static func decompress(_ input: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard optimizationjob_inflateInit2(&stream, windowBits) == Z_OK else { throw .unavailable }
        defer { inflateEnd(&stream) }
        return try run(&stream, over: input, limit: limit) { stream in
            let code = inflate(&stream, Z_NO_FLUSH)
            // A gzip file may be several in a row (RFC 1952 §2.2).
            if code == Z_STREAM_END, stream.avail_in > 0 {
                return inflateReset(&stream) == Z_OK ? Z_OK : Z_DATA_ERROR
            }
            return code
        }
    }

    /// Packs, at zlib's fastest level: for answers made on the spot, time counts more than the last percent.
    public static func compress(_ input: [UInt8]) throws(Failure) -> [UInt8] {
        var stream = z_stream()
        guard optimizationjob_deflateInit2(&stream, Z_BEST_SPEED, windowBits) == Z_OK else { throw .unavailable }
        defer { deflateEnd(&stream) }
        return try run(&stream, over: input, limit: .max) { stream in deflate(&stream, Z_FINISH) }
    }

    /// Steps a stream until it says that it ended, collecting what it puts out.
    private static func run(
        _ stream: inout z_stream,
        over input: [UInt8],
        limit: Int,
        _ step: (inout z_stream) -> Int32
    ) throws(Failure) -> [UInt8] {
        guard let available = UInt32(exactly: input.count) else { throw .tooLarge(limit: Int(UInt32.max)) }
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: pieceBytes)
        var code = Z_OK
        var remaining = available
        var consumed = 0
        repeat {
            (code, consumed, remaining) = input.withUnsafeBufferPointer { source in
                piece.withUnsafeMutableBufferPointer { target in
                    // zlib's type wants a mutable pointer and only reads from it.
                    stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + consumed })
                    stream.avail_in = remaining
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(target.count)
                    let code = step(&stream)
                    return (code, consumed + Int(remaining - stream.avail_in), stream.avail_in)
                }
            }
            let produced = piece.count - Int(stream.avail_out)
            guard code == Z_OK || code == Z_STREAM_END else { throw .corrupt }
            guard produced <= limit - output.count else { throw .tooLarge(limit: limit) }
            output += piece[..<produced]
            // Neither input left nor output made: the stream is cut short.
            if code == Z_OK, remaining == 0, produced == 0 { throw .corrupt }
        } while code != Z_STREAM_END
        return output
    }
}
