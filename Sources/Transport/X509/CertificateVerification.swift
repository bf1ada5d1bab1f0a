import COpenSSL

extension Certificate {
    /// Checks that a server's certificates convince a client, by the rules an API server applies to a webhook's.
    ///
    /// A root need not be self-signed: like Go's verifier, this one trusts each certificate it was told to trust. Only
    /// alternative names count, never the subject's common name.
    ///
    /// - Parameters:
    ///   - chain: The server's own certificate, then those between it and a root, in any order.
    ///   - roots: The certificates trusted, such as those of a `caBundle`.
    ///   - host: The DNS name, or the IP address, that the server is called by.
    ///   - time: When, in seconds since 1970.
    /// - Throws: Why not, such as `verify the certificate for "a.example": certificate has expired`.
    public static func verify(
        chain: [Certificate],
        against roots: [Certificate],
        for host: String,
        at time: Int64
    ) throws(TLSError) {
        let operation = "verify the certificate for \"\(host)\""
        guard let leaf = chain.first else { throw TLSError(operation: operation, reasons: ["there is no certificate"]) }
        guard !roots.isEmpty else { throw TLSError(operation: operation, reasons: ["no authority is trusted"]) }
        defer { ERR_clear_error() }
        guard let store = X509_STORE_new() else { throw TLSError(takingQueueFor: operation) }
        defer { X509_STORE_free(store) }
        for root in roots where X509_STORE_add_cert(store, root.pointer) != 1 {
            throw TLSError(takingQueueFor: operation)
        }
        guard let others = shim_X509_stack_new() else { throw TLSError(takingQueueFor: operation) }
        defer { shim_X509_stack_free(others) }
        for certificate in chain.dropFirst() where shim_X509_stack_push(others, certificate.pointer) != 1 {
            throw TLSError(takingQueueFor: operation)
        }
        guard let context = X509_STORE_CTX_new() else { throw TLSError(takingQueueFor: operation) }
        defer { X509_STORE_CTX_free(context) }
        guard shim_X509_STORE_CTX_init(context, store, leaf.pointer, others) == 1,
            X509_STORE_CTX_set_default(context, "ssl_server") == 1, expect(host, of: context)
        else { throw TLSError(takingQueueFor: operation) }
        X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context), UInt(X509_V_FLAG_PARTIAL_CHAIN))
        X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), Int(time))
        guard X509_verify_cert(context) != 1 else { return }
        let verdict = X509_STORE_CTX_get_error(context)
        let reason = X509_verify_cert_error_string(Int(verdict)).map { String(cString: $0) } ?? "not trusted"
        throw TLSError(operation: operation, reasons: [reason + leaf.names(explaining: verdict)])
    }

    private static func expect(_ host: String, of context: OpaquePointer) -> Bool {
        let parameters = X509_STORE_CTX_get0_param(context)
        if SocketAddress(numeric: host, port: 0) != nil {
            return X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1
        }
        X509_VERIFY_PARAM_set_hostflags(
            parameters,
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        )
        // An empty name would switch the check off.
        return !host.isEmpty && X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1
    }

    /// Whom the certificate is for, when that was the trouble.
    private func names(explaining verdict: Int32) -> String {
        guard verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH else { return "" }
        let names = dnsNames + ipAddresses
        return names.isEmpty ? "; it has no alternative names" : "; it is for \(names.joined(separator: ", "))"
    }
}
