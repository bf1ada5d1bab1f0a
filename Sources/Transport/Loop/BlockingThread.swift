import CLinux
import Glibc

/// A thread for work that blocks, which must not happen on an event loop nor on Swift's own small pool.
public enum BlockingThread {
    /// Runs `body` on a new thread.
    ///
    /// - Parameter name: What tools such as `top -H` show; cut to 15 bytes by the kernel's limit.
    /// - Throws: When no thread can be had.
    public static func start(named name: String, _ body: @escaping @Sendable () -> Void) throws(SyscallError) {
        let argument = Unmanaged.passRetained(Start(body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            argument.toOpaque()
        )
        guard code == 0 else {
            argument.release()
            throw SyscallError(call: "pthread_create", code: code)
        }
        // The kernel's limit is 15 bytes; a longer name would be refused and the thread left without one.
        _ = pthread_setname_np(thread, String(name.prefix(15)))
        pthread_detach(thread)
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
