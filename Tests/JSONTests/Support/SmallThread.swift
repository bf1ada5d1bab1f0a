import Glibc

/// Runs work on a thread with a small stack, and waits for it.
///
/// A stack overflow cannot be caught: it ends the test process, which is how such a test fails.
func onSmallStack(bytes: Int = 512 << 10, _ work: @escaping @Sendable () -> Void) throws {
    final class Box: Sendable {
        let work: @Sendable () -> Void
        init(_ work: @escaping @Sendable () -> Void) { self.work = work }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, bytes)
    let box = Unmanaged.passRetained(Box(work))
    var thread = pthread_t()
    let code = pthread_create(
        &thread,
        &attributes,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work()
            return nil
        },
        box.toOpaque()
    )
    guard code == 0 else {
        box.release()
        throw ThreadNotStarted(code: code)
    }
    pthread_join(thread, nil)
}

struct ThreadNotStarted: Error {
    var code: Int32
}
