import COpenSSL
import Glibc

/// Something OpenSSL refused or could not do.
public struct TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was being done, in words: "handshake", "read the private key".
    public let operation: String
    /// What OpenSSL said, outermost first; empty when it said nothing.
    public let reasons: [String]

    /// Makes an error with reasons of our own.
    public init(operation: String, reasons: [String]) {
        self.operation = operation
        self.reasons = reasons
    }

    /// Takes this thread's queue of OpenSSL errors, and empties it.
    init(takingQueueFor operation: String) {
        self.operation = operation
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            guard code != 0 else { break }
            let text = ERR_reason_error_string(code).map { String(cString: $0) }
            reasons.append(text ?? "OpenSSL error \(String(code, radix: 16))")
        }
        self.reasons = reasons
    }

    /// The operation and the reasons, such as `handshake: certificate verify failed`.
    public var description: String {
        reasons.isEmpty ? "\(operation) failed" : "\(operation): \(reasons.joined(separator: "; "))"
    }
}
