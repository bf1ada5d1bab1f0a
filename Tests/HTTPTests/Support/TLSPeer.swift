import COpenSSL
import Glibc
import Testing

@testable import Transport

/// A TLS client on OpenSSL itself, for what the project's own client never does. Its calls block: use it within `offPool`.
final class TLSPeer {
    struct Failure: Error {
        let operation: String
        let reasons: [String]
    }

    private let context: OpaquePointer
    private let session: OpaquePointer
    private let socket: PlainSocket

    /// Connects and shakes hands, trusting anybody.
    ///
    /// - Parameters:
    ///   - version: The only version offered.
    ///   - resuming: A session agreed on before.
    init(port: UInt16, version: TLSVersion? = nil, resuming: TLSTicket? = nil, ciphers: String? = nil) throws {
        socket = try PlainSocket(port: port)
        context = try #require(SSL_CTX_new(TLS_client_method()))
        if let ciphers { SSL_CTX_set_cipher_list(context, ciphers) }
        session = try #require(SSL_new(context))
        if let version {
            let number = version == .tls12 ? TLS1_2_VERSION : TLS1_3_VERSION
            SSL_ctrl(session, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(number), nil)
            SSL_ctrl(session, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(number), nil)
        }
        if let resuming { SSL_set_session(session, resuming.pointer) }
        SSL_set_fd(session, socket.number)
        ERR_clear_error()
        guard SSL_connect(session) == 1 else { throw failure("connect") }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    var isResumed: Bool { SSL_session_reused(session) == 1 }
    var version: String { String(cString: SSL_get_version(session)) }
    var cipher: String { String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session))) }
    /// What it takes to resume. With TLS 1.3 it comes with the first answer.
    var ticket: TLSTicket? { SSL_get1_session(session).map { TLSTicket(owning: $0) } }

    /// One request and the beginning of its answer.
    func ask(_ request: String = "GET / HTTP/1.1\r\nHost: x\r\n\r\n") throws -> String {
        ERR_clear_error()
        let bytes = Array(request.utf8)
        guard SSL_write(session, bytes, Int32(bytes.count)) == bytes.count else { throw failure("write") }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = SSL_read(session, &buffer, Int32(buffer.count))
        guard count > 0 else { throw failure("read") }
        return String(decoding: buffer[..<Int(count)], as: UTF8.self)
    }

    /// Asks for another handshake within the connection, as TLS 1.2 allows.
    func renegotiate() throws {
        ERR_clear_error()
        guard SSL_renegotiate(session) == 1, SSL_do_handshake(session) == 1 else { throw failure("renegotiate") }
        // The request has been sent; the server's refusal comes with the next read.
        _ = try ask()
    }

    private func failure(_ operation: String) -> Failure {
        Failure(operation: operation, reasons: TLSError(takingQueueFor: operation).reasons)
    }
}

/// A session that can be resumed.
final class TLSTicket: @unchecked Sendable {
    // Sendable because it is only handed to OpenSSL, which counts its references atomically.
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        SSL_SESSION_free(pointer)
    }
}
