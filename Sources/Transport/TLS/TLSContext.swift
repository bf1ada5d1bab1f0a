import COpenSSL

/// The settings that TLS sessions share: identity, trust, protocol versions.
///
/// TLS 1.2 and 1.3 with authenticated encryption and forward secrecy only, ALPN `http/1.1`, no compression, no
/// renegotiation. A server resumes sessions with tickets under keys of its context's own: after a change of identity old
/// tickets lead to a full handshake, in which the client sees the new certificate.
public final class TLSContext: @unchecked Sendable {
    // Sendable because the context is set up in the initializers and only read from then on; OpenSSL locks the
    // session cache inside it and counts its references atomically.
    let pointer: OpaquePointer
    let isServer: Bool

    /// Sets up a server.
    ///
    /// - Throws: When a certificate or the key cannot be read, or they do not belong together.
    public init(server configuration: TLSServerConfiguration) throws(TLSError) {
        pointer = try TLSContext.make(TLS_server_method())
        isServer = true
        try useIdentity(chain: configuration.certificateChainPEM, key: configuration.privateKeyPEM)
        // Sessions are resumed only within one context name; without one OpenSSL refuses to resume when it asks for
        // client certificates.
        let name = Array("optimizationjob".utf8)
        SSL_CTX_set_session_id_context(pointer, name, UInt32(name.count))
        SSL_CTX_set_alpn_select_cb(pointer, selectHTTP1, nil)
        try require(shim_SSL_CTX_set_min_proto_version(pointer, configuration.minimumVersion.number) == 1)
        // All is in the tickets. Nothing is kept here for clients that take none, whose number nobody bounds; one ticket
        // is enough, as a connection carries one request after another.
        shim_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        try require(SSL_CTX_set_num_tickets(pointer, 1) == 1)
        if let clientCA = configuration.clientCA {
            try trust(clientCA, named: "client authorities")
            SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        }
    }

    /// Sets up a client.
    ///
    /// - Throws: When a certificate or the key cannot be read, or they do not belong together.
    public init(client configuration: TLSClientConfiguration) throws(TLSError) {
        pointer = try TLSContext.make(TLS_client_method())
        isServer = false
        if let roots = configuration.trustRootsPEM {
            try trust(roots, named: "trust roots")
        } else {
            SSL_CTX_set_default_verify_paths(pointer)
        }
        if let certificate = configuration.clientCertificatePEM, let key = configuration.clientKeyPEM {
            try useIdentity(chain: certificate, key: key)
        }
        SSL_CTX_set_verify(pointer, configuration.insecureSkipVerify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nil)
        let protocols = TLSContext.http1
        SSL_CTX_set_alpn_protos(pointer, protocols, UInt32(protocols.count))
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    /// `http/1.1` as ALPN's wire format has it: a length, then the name (RFC 7301 §3.1).
    fileprivate static let http1: [UInt8] = [8] + Array("http/1.1".utf8)

    private static func make(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
        guard let context = SSL_CTX_new(method) else { throw TLSError(takingQueueFor: "set up TLS") }
        guard shim_SSL_CTX_set_min_proto_version(context, TLSVersion.tls12.number) == 1,
            SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
        else {
            SSL_CTX_free(context)
            throw TLSError(takingQueueFor: "set up TLS")
        }
        SSL_CTX_set_options(context, shim_SSL_OP_NO_RENEGOTIATION | shim_SSL_OP_NO_COMPRESSION)
        // Writes are retried from a buffer that may have moved and grown in between; idle sessions give their buffers
        // back; a whole record is read with one system call instead of two.
        shim_SSL_CTX_set_mode(
            context,
            Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS)
        )
        shim_SSL_CTX_set_read_ahead(context, 1)
        return context
    }

    private func require(_ succeeded: Bool) throws(TLSError) {
        if !succeeded { throw TLSError(takingQueueFor: "set up TLS") }
    }

    private func useIdentity(chain: [UInt8], key: [UInt8]) throws(TLSError) {
        let certificates = try PEM.certificates(in: chain, named: "the certificate chain")
        let key = try PrivateKey(pem: key)
        ERR_clear_error()
        for (index, certificate) in certificates.enumerated() {
            let used =
                index == 0
                ? SSL_CTX_use_certificate(pointer, certificate.pointer)
                : shim_SSL_CTX_add1_chain_cert(pointer, certificate.pointer)
            guard used == 1 else { throw TLSError(takingQueueFor: "use the certificate chain") }
        }
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            throw TLSError(takingQueueFor: "use the private key")
        }
    }

    private func trust(_ authorities: [UInt8], named name: String) throws(TLSError) {
        let store = SSL_CTX_get_cert_store(pointer)
        for authority in try PEM.certificates(in: authorities, named: name) {
            guard X509_STORE_add_cert(store, authority.pointer) == 1 else {
                throw TLSError(takingQueueFor: "use the \(name)")
            }
            if isServer { SSL_CTX_add_client_CA(pointer, authority.pointer) }
        }
    }
}

extension TLSVersion {
    /// As the protocol writes it.
    fileprivate var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}

/// Chooses `http/1.1` from what a client offers; a client that offers only others is refused, as RFC 7301 §3.2 asks.
private let selectHTTP1: SSL_CTX_alpn_select_cb_func = { _, chosen, chosenLength, offered, offeredLength, _ in
    guard let chosen, let chosenLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let name = Array("http/1.1".utf8)
    let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
    var index = 0
    while index < list.count {
        let length = Int(list[index])
        let start = index + 1
        guard length > 0, start + length <= list.count else { break }
        if list[start..<start + length].elementsEqual(name) {
            // What is chosen must outlive this call, and the client's own list does.
            chosen.pointee = offered + start
            chosenLength.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        index = start + length
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
