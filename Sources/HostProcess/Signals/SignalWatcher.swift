import CLinux
import Glibc
import Synchronization

/// Turns the signals that ask a process to end into values.
///
/// The handler only writes the signal's number into a pipe (signal-safety(7) allows `write`); a thread of its own reads
/// them. The first one is told to whoever iterates `signals`, and ends the process in order. Every other one calls
/// `impatient` on that thread, whatever the rest of the process is doing.
public final class SignalWatcher: Sendable {
    /// The signals that were received; the first one matters.
    public let signals: AsyncStream<Int32>
    private let continuation: AsyncStream<Int32>.Continuation
    private let watched: [Int32]

    /// Watches from now on. One watcher at a time in a process.
    ///
    /// - Parameters:
    ///   - watched: The signals, for example `SIGINT`.
    ///   - impatient: Called for every signal after the first; usually it ends the process.
    public init(_ watched: [Int32], impatient: @escaping @Sendable (Int32) -> Void) throws(SystemError) {
        (signals, continuation) = AsyncStream.makeStream()
        self.watched = watched
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, Int32(O_CLOEXEC)) == 0 else { throw SystemError("pipe2") }
        let readEnd = ends[0]
        // The handler must never wait: a pipe full of signals has said enough.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        signalPipe.store(ends[1], ordering: .releasing)
        let continuation = continuation
        try Self.startThread {
            // Whoever started this process may have blocked them, which is inherited; one thread that takes them is enough.
            var unblocked = sigset_t()
            sigemptyset(&unblocked)
            for signal in watched { sigaddset(&unblocked, signal) }
            pthread_sigmask(SIG_UNBLOCK, &unblocked, nil)
            var isFirst = true
            var byte: UInt8 = 0
            while true {
                let count = read(readEnd, &byte, 1)
                if count < 0 && errno == EINTR { continue }
                guard count == 1, byte != 0 else { break }
                if isFirst {
                    continuation.yield(Int32(byte))
                } else {
                    impatient(Int32(byte))
                }
                isFirst = false
            }
            close(readEnd)
            continuation.finish()
        }
        for signal in watched { Self.handle(signal) }
    }

    /// Gives the signals their usual effect again.
    public func stop() {
        for signal in watched { Glibc.signal(signal, SIG_DFL) }
        let descriptor = signalPipe.exchange(-1, ordering: .acquiringAndReleasing)
        guard descriptor >= 0 else { return }
        var end: UInt8 = 0
        _ = write(descriptor, &end, 1)
        close(descriptor)
    }

    private static func handle(_ signal: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { signal in
            let saved = errno
            let descriptor = signalPipe.load(ordering: .acquiring)
            var byte = UInt8(truncatingIfNeeded: signal)
            if descriptor >= 0 { _ = write(descriptor, &byte, 1) }
            errno = saved
        }
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) {
        final class Start: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            },
            start.toOpaque()
        )
        guard code == 0 else {
            start.release()
            throw SystemError("pthread_create", code: code)
        }
        pthread_detach(thread)
    }
}

/// Where the handler writes; -1 while nobody watches.
private let signalPipe = Atomic<Int32>(-1)
