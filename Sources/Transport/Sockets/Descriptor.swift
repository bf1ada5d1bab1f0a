import Glibc

/// A file descriptor with one owner, closed when the owner lets go.
struct Descriptor: ~Copyable {
    /// The descriptor's number.
    let number: Int32

    /// Takes ownership of an open descriptor.
    init(owning number: Int32) {
        self.number = number
    }

    /// Gives the ownership up: the caller closes.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    deinit {
        // Not retried: after EINTR the descriptor is closed already (close(2), Linux notes).
        _ = Glibc.close(number)
    }
}
