import Synchronization

/// The content of a file that others renew: a token, a certificate, an authority.
///
/// It is read again when it is a minute old, as client-go does with tokens: the kubelet renews a token when a fifth of its
/// life, at least ten minutes, is left. When it cannot be read any more, what was read last stays.
final class RereadFile: Sendable {
    /// How old the content may get.
    static let age: Duration = .seconds(60)

    private let source: PEMSource
    private let time: any MonotonicTime
    private let last = Mutex<(content: [UInt8], at: Duration)?>(nil)

    init(_ source: PEMSource, time: any MonotonicTime) {
        self.source = source
        self.time = time
    }

    /// Where it is configured, for errors.
    var label: ConfigurationLabel { source.label }

    /// The content.
    ///
    /// - Parameter isRefused: Whether the last one was of no use, so that it must be read again at once.
    func content(isRefused: Bool = false) throws(ConfigurationError) -> [UInt8] {
        let now = time.now
        let last = last.withLock { $0 }
        if let last, !isRefused, now - last.at < Self.age { return last.content }
        do {
            let content = try source.read()
            self.last.withLock { $0 = (content, now) }
            return content
        } catch {
            guard let last else { throw error }
            return last.content
        }
    }
}
