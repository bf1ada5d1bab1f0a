import COpenSSL

/// One connection's TLS state. Belongs to its connection's thread.
final class TLSSession {
    private let session: OpaquePointer
    private let socket: SocketBIO
    private let context: TLSContext

    /// Begins a session; no byte moves before `handshake`.
    ///
    /// - Parameters:
    ///   - peer: For a client, the name or the IP address that the server's certificate must be valid for.
    init(context: TLSContext, socket descriptor: Int32, peer: String?) throws(TLSError) {
        self.context = context
        socket = SocketBIO(socket: descriptor)
        guard let session = SSL_new(context.pointer) else { throw TLSError(takingQueueFor: "set up TLS") }
        self.session = session
        let bio = try socket.makeBIO()
        SSL_set_bio(session, bio, bio)
        if context.isServer {
            SSL_set_accept_state(session)
        } else {
            SSL_set_connect_state(session)
            if let peer { try expect(peer) }
        }
    }

    deinit {
        SSL_free(session)
    }

    private func expect(_ peer: String) throws(TLSError) {
        if SocketAddress(numeric: peer, port: 0) != nil {
            // An IP address is looked for among the certificate's IP entries, and never sent as SNI (RFC 6066 §3).
            guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), peer) == 1 else {
                throw TLSError(takingQueueFor: "set the expected address")
            }
            return
        }
        SSL_set_hostflags(
            session,
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        )
        guard SSL_set1_host(session, peer) == 1, shim_SSL_set_tlsext_host_name(session, peer) == 1 else {
            throw TLSError(takingQueueFor: "set the expected host name")
        }
    }

    // OpenSSL tells why a call failed by way of a queue that each thread has. It is empty when a call begins, since each
    // failure takes what it left there.

    /// Goes on with the handshake.
    func handshake() -> TransferOutcome {
        return outcome(of: SSL_do_handshake(session), moved: 0, "TLS handshake")
    }

    /// Reads decrypted bytes.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransferOutcome {
        var count = 0
        let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        return outcome(of: result, moved: count, "TLS read")
    }

    /// Encrypts and sends some of the bytes, which must not be none.
    func write(_ bytes: UnsafeRawBufferPointer) -> TransferOutcome {
        var count = 0
        let result = SSL_write_ex(session, bytes.baseAddress, bytes.count, &count)
        return outcome(of: result, moved: count, "TLS write")
    }

    /// Tells the peer that no more will be sent (`close_notify`), as far as the socket takes it.
    func sendCloseNotify() {
        ERR_clear_error()
        _ = SSL_shutdown(session)
        ERR_clear_error()
    }

    /// Whether the handshake was shortened by a session agreed on before.
    var wasResumed: Bool { SSL_session_reused(session) == 1 }

    /// Whether the peer began with a letter, as a request in plain HTTP does; TLS begins with a byte under 32, and
    /// the hello of SSL 2 with one over 127.
    var peerSpeaksPlainText: Bool { socket.firstByte.map { $0 >= 0x41 && $0 <= 0x5A } ?? false }

    /// Whether another `read` is pointless before the socket becomes readable again.
    var isDrained: Bool { socket.isDrained && SSL_has_pending(session) == 0 }

    private func outcome(of result: Int32, moved count: Int, _ operation: String) -> TransferOutcome {
        guard result != 1 else { return .done(count) }
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return .wouldBlock
        case SSL_ERROR_ZERO_RETURN:
            ERR_clear_error()
            return .end
        case SSL_ERROR_SYSCALL where socket.failure != 0:
            ERR_clear_error()
            return .failed(.system(SyscallError(call: operation, code: socket.failure)))
        default:
            return .failed(.tls(failure(of: operation)))
        }
    }

    private func failure(of operation: String) -> TLSError {
        let error = TLSError(takingQueueFor: operation)
        let verdict = SSL_get_verify_result(session)
        guard verdict != Int(X509_V_OK), let text = X509_verify_cert_error_string(verdict) else { return error }
        return TLSError(operation: operation, reasons: error.reasons + [String(cString: text)])
    }
}
