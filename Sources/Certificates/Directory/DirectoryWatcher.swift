import CLinux
import Glibc
import Transport

/// Tells of changes in a directory, by inotify.
///
/// It watches the directory and not the files: a kubelet never writes those, it puts another symbolic link in the place
/// of `..data`. It goes blind when the directory itself is moved or deleted, and says so.
final class DirectoryWatcher: Sendable {
    private let wakeup: Int32

    /// Watches from now on; what happens after this returns is not missed.
    ///
    /// - Parameters:
    ///   - path: The directory.
    ///   - onChange: Called on the watcher's thread after something changed, with `false` when nothing more will be
    ///     noticed. It must be quick.
    /// - Throws: When there is no such directory, or the system has no watch left.
    init(_ path: String, onChange: @escaping @Sendable (_ isWatching: Bool) -> Void) throws(SyscallError) {
        let inotify = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard inotify >= 0 else { throw SyscallError(call: "inotify_init1", code: errno) }
        let mask = IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
        guard inotify_add_watch(inotify, path, UInt32(mask)) >= 0 else {
            let code = errno
            close(inotify)
            throw SyscallError(call: "watch \(path)", code: code)
        }
        let wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else {
            let code = errno
            close(inotify)
            throw SyscallError(call: "eventfd", code: code)
        }
        self.wakeup = wakeup  // closed by `deinit`, also where this throws
        // The thread keeps its own copy, so that it may outlive this object for a moment.
        let stop = fcntl(wakeup, F_DUPFD_CLOEXEC, 0)
        guard stop >= 0 else {
            let code = errno
            close(inotify)
            throw SyscallError(call: "fcntl", code: code)
        }
        do {
            try BlockingThread.start(named: "cert-dir") {
                Self.follow(inotify, until: stop, onChange)
                close(inotify)
                close(stop)
            }
        } catch {
            close(inotify)
            close(stop)
            throw error
        }
    }

    deinit {
        var one: UInt64 = 1
        _ = write(wakeup, &one, MemoryLayout<UInt64>.size)
        close(wakeup)
    }

    private static func follow(_ inotify: Int32, until stop: Int32, _ onChange: (Bool) -> Void) {
        while true {
            var polled = [
                pollfd(fd: inotify, events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&polled, 2, -1) < 0 {
                if errno == EINTR { continue }
                return onChange(false)
            }
            if polled[1].revents != 0 { return }
            let isWatching = drain(inotify)
            onChange(isWatching)
            if !isWatching { return }
        }
    }

    /// Takes all events that are there.
    ///
    /// - Returns: Whether the directory is still watched.
    private static func drain(_ inotify: Int32) -> Bool {
        var isWatching = true
        while true {
            // Aligned as the events are, and large enough for one with the longest name.
            var buffer = [UInt64](repeating: 0, count: 512)
            let count = buffer.withUnsafeMutableBytes { read(inotify, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return isWatching && (count == 0 || errno == EAGAIN) }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                while offset + MemoryLayout<inotify_event>.size <= count {
                    let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    if event.mask & UInt32(IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF) != 0 { isWatching = false }
                    offset += MemoryLayout<inotify_event>.size + Int(event.len)
                }
            }
        }
    }
}
