import Kubernetes
import Synchronization

/// The tokens with which trials may report, one per TrainJob.
///
/// They play the part of a cluster's projected service account tokens, whose audience is one TrainJob's status: a
/// trial can report for itself and for nobody else. They are random, live in memory only, and are good for as long as
/// this process runs, so that a report that trails the end still arrives.
public final class ProgressTokens: Sendable {
    private let tokens = Mutex<[NamespacedName: [UInt8]]>([:])

    /// No tokens yet.
    public init() {}

    /// A TrainJob's token, made when it is first asked for: 256 bits as 64 hexadecimal digits.
    func token(for trainJob: NamespacedName) -> String {
        tokens.withLock { tokens in
            if let token = tokens[trainJob] { return String(decoding: token, as: UTF8.self) }
            var generator = SystemRandomNumberGenerator()  // getrandom(2): fit for secrets.
            let digits = Array("0123456789abcdef".utf8)
            let token = (0..<64).map { _ in digits.randomElement(using: &generator) ?? digits[0] }
            tokens[trainJob] = token
            return String(decoding: token, as: UTF8.self)
        }
    }

    /// Whether an `Authorization` header allows to report for a TrainJob.
    ///
    /// The comparison takes the same time whatever the bytes are, so that a token cannot be guessed byte by byte.
    func authorize(_ header: String?, for trainJob: NamespacedName) -> Bool {
        let parts = (header ?? "").utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].elementsEqual("Bearer".utf8) else { return false }
        let presented = Array(parts[1])
        guard let expected = tokens.withLock({ $0[trainJob] }), expected.count == presented.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(expected, presented) { difference |= left ^ right }
        return difference == 0
    }
}
