import COpenSSL

/// What a new certificate should say.
public struct CertificateRequest: Sendable {
    /// What the certificate is for.
    public enum Purpose: Sendable, Equatable {
        /// Signs other certificates, and nothing else.
        case authority
        /// Proves a server's identity.
        case server
        /// Proves a client's identity.
        case client
    }

    /// The subject's common name, for people to read; clients look only at the alternative names.
    public var commonName: String
    /// The names it speaks for; IP addresses, written as such, become IP entries.
    public var hosts: [String]
    /// What it is for.
    public var purpose: Purpose
    /// When it becomes valid, in seconds since 1970.
    public var notBefore: Int64
    /// When it stops being valid, in seconds since 1970.
    public var notAfter: Int64

    /// Describes a certificate.
    public init(commonName: String, hosts: [String] = [], purpose: Purpose, notBefore: Int64, notAfter: Int64) {
        self.commonName = commonName
        self.hosts = hosts
        self.purpose = purpose
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Makes the certificate.
    ///
    /// - Parameters:
    ///   - key: The subject's key; only its public half goes in.
    ///   - issuer: Who signs: an authority and its key; `nil` for a certificate signed by its own key.
    /// - Throws: When a name does not fit a certificate, or OpenSSL fails.
    public func certificate(
        for key: PrivateKey,
        signedBy issuer: (certificate: Certificate, key: PrivateKey)? = nil
    ) throws(TLSError) -> Certificate {
        guard let pointer = X509_new() else { throw TLSError(takingQueueFor: "make a certificate") }
        let certificate = Certificate(owning: pointer)
        try require(X509_set_version(pointer, 2) == 1)  // version 3 is written as 2 (RFC 5280 §4.1.2.1)
        try setSerialNumber(of: pointer)
        try setSubject(of: pointer)
        let issuerName = X509_get_subject_name(issuer?.certificate.pointer ?? pointer)
        try require(X509_set_issuer_name(pointer, issuerName) == 1)
        try require(ASN1_TIME_set(X509_getm_notBefore(pointer), Int(notBefore)) != nil)
        try require(ASN1_TIME_set(X509_getm_notAfter(pointer), Int(notAfter)) != nil)
        try require(X509_set_pubkey(pointer, key.pointer) == 1)
        for (identifier, value) in try extensions() {
            try add(identifier, value, to: pointer, issuer: issuer?.certificate.pointer ?? pointer)
        }
        try require(X509_sign(pointer, (issuer?.key ?? key).pointer, EVP_sha256()) > 0)
        return certificate
    }

    /// The extensions, in OpenSSL's own notation.
    private func extensions() throws(TLSError) -> [(identifier: Int32, value: String)] {
        var extensions: [(Int32, String)] = [(NID_subject_key_identifier, "hash")]
        switch purpose {
        case .authority:
            extensions += [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
            ]
        case .server:
            extensions += [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "serverAuth"), (NID_authority_key_identifier, "keyid"),
            ]
        case .client:
            extensions += [
                (NID_basic_constraints, "critical,CA:FALSE"), (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, "clientAuth"), (NID_authority_key_identifier, "keyid"),
            ]
        }
        if !hosts.isEmpty { extensions.append((NID_subject_alt_name, try alternativeNames())) }
        return extensions
    }

    private func alternativeNames() throws(TLSError) -> String {
        var names: [String] = []
        for host in hosts {
            if SocketAddress(numeric: host, port: 0) != nil {
                names.append("IP:\(host)")
            } else {
                // The notation below is a comma-separated list: a host with a comma in it could smuggle in a name.
                let isName = host.utf8.allSatisfy { byte in
                    byte.isASCIILetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                        || byte == UInt8(ascii: "*")
                }
                guard isName, !host.isEmpty else {
                    throw TLSError(
                        operation: "make a certificate",
                        reasons: ["\"\(host)\" is neither a DNS name nor an IP address"]
                    )
                }
                names.append("DNS:\(host)")
            }
        }
        return names.joined(separator: ",")
    }

    private func setSerialNumber(of certificate: OpaquePointer) throws(TLSError) {
        // 159 random bits: positive, and at most the 20 bytes that RFC 5280 §4.1.2.2 allows.
        guard let number = BN_new() else { throw TLSError(takingQueueFor: "make a certificate") }
        defer { BN_free(number) }
        try require(BN_rand(number, 159, 0, 0) == 1)
        try require(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil)
    }

    private func setSubject(of certificate: OpaquePointer) throws(TLSError) {
        let name = X509_get_subject_name(certificate)
        // RFC 5280 appendix A.1: a common name has at most 64 characters.
        let text = Array(commonName.utf8.prefix(64))
        try require(
            X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, Int32(text.count), -1, 0) == 1
        )
    }

    private func add(
        _ identifier: Int32,
        _ value: String,
        to certificate: OpaquePointer,
        issuer: OpaquePointer
    ) throws(TLSError) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, certificate, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, identifier, value) else {
            throw TLSError(takingQueueFor: "make a certificate")
        }
        defer { X509_EXTENSION_free(made) }
        try require(X509_add_ext(certificate, made, -1) == 1)
    }

    private func require(_ succeeded: Bool) throws(TLSError) {
        if !succeeded { throw TLSError(takingQueueFor: "make a certificate") }
    }
}

extension UInt8 {
    fileprivate var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
