import COpenSSL
import Glibc

/// OpenSSL's way to a socket.
///
/// OpenSSL's own socket BIO would do, but for two things it keeps to itself: it writes with `write`, so that a peer that
/// left kills the process with SIGPIPE, and it does not tell that a read came back short, which on an edge-triggered
/// socket means that nothing more is there and saves one system call for each message.
final class SocketBIO {
    let socket: Int32
    /// Whether the last read left nothing in the socket.
    var isDrained = false
    /// The very first byte the peer sent.
    var firstByte: UInt8?
    /// The `errno` of the last system call that failed for good; 0 while all is well.
    var failure: Int32 = 0

    init(socket: Int32) {
        self.socket = socket
    }

    /// A BIO that calls this object, which must outlive it.
    func makeBIO() throws(TLSError) -> OpaquePointer {
        guard let method = SocketBIO.method.pointer, let bio = BIO_new(method) else {
            throw TLSError(takingQueueFor: "set up TLS")
        }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    fileprivate static func of(_ bio: OpaquePointer?) -> SocketBIO? {
        guard let data = BIO_get_data(bio) else { return nil }
        return Unmanaged<SocketBIO>.fromOpaque(data).takeUnretainedValue()
    }

    /// The table of callbacks, made once and never changed.
    private struct Method: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let method: Method = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket") else {
            return Method(pointer: nil)
        }
        BIO_meth_set_read(method) { bio, buffer, length in
            guard let socket = SocketBIO.of(bio), let buffer, length > 0 else { return -1 }
            shim_BIO_clear_retry_flags(bio)
            var count: Int
            repeat { count = recv(socket.socket, buffer, Int(length), 0) } while count < 0 && errno == EINTR
            socket.isDrained = count < Int(length)
            if count > 0, socket.firstByte == nil { socket.firstByte = UInt8(bitPattern: buffer[0]) }
            if count < 0 {
                if errno == EAGAIN { shim_BIO_set_retry_read(bio) } else { socket.failure = errno }
            }
            return Int32(truncatingIfNeeded: count)
        }
        BIO_meth_set_write(method) { bio, buffer, length in
            guard let socket = SocketBIO.of(bio), let buffer, length > 0 else { return -1 }
            shim_BIO_clear_retry_flags(bio)
            var count: Int
            repeat {
                count = send(socket.socket, buffer, Int(length), Int32(MSG_NOSIGNAL))
            } while count < 0
                && errno == EINTR
            if count < 0 {
                if errno == EAGAIN { shim_BIO_set_retry_write(bio) } else { socket.failure = errno }
            }
            return Int32(truncatingIfNeeded: count)
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in
            // Flushing has nothing to do and succeeds; every other control is unknown here.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return Method(pointer: method)
    }()
}
