import Glibc

/// The supervisor's end of the pipes to the trainer.
enum Lifeline {
    /// Reads the order from standard input; `nil` when the trainer went away before all of it was there, or sent
    /// something else.
    static func readOrder() -> TrialOrder? {
        var length = 0
        var digits = 0
        while let byte = readExactly(1)?.first {
            if byte == UInt8(ascii: "\n") {
                guard digits > 0, length > 0, let body = readExactly(length) else { return nil }
                return TrialOrder(decoding: body)
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            length = length * 10 + Int(byte - UInt8(ascii: "0"))
            digits += 1
            guard length <= TrialOrder.maximumBytes, digits <= 10 else { return nil }
        }
        return nil
    }

    /// Whether the trainer has closed its end. Call only when the descriptor is readable; whatever is there is dropped.
    static func hasEnded() -> Bool {
        var waste = [UInt8](repeating: 0, count: 512)
        let count = read(STDIN_FILENO, &waste, waste.count)
        return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)
    }

    /// Writes all bytes; gives up silently when nobody reads them.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }

    private static func readExactly(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var part = [UInt8](repeating: 0, count: min(count - bytes.count, 65536))
            let received = read(STDIN_FILENO, &part, part.count)
            if received > 0 {
                bytes.append(contentsOf: part[..<received])
            } else if received == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }
}
