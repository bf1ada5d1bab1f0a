import COpenSSL
import Glibc

/// An X.509 certificate.
public final class Certificate: @unchecked Sendable {
    // Sendable because nothing changes a certificate after it was made; OpenSSL's own caches inside it are locked.
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }

    /// Every certificate in a PEM text, in order; at least one.
    public static func all(inPEM bytes: [UInt8]) throws(TLSError) -> [Certificate] {
        try PEM.certificates(in: bytes, named: "certificates")
    }

    /// The certificate in PEM.
    public func pem() throws(TLSError) -> [UInt8] {
        try MemoryBIO.collect("write the certificate") { PEM_write_bio_X509($0, pointer) == 1 }
    }

    /// When it becomes valid, in seconds since 1970.
    public var notBefore: Int64? { Certificate.seconds(X509_get0_notBefore(pointer)) }

    /// When it stops being valid, in seconds since 1970.
    public var notAfter: Int64? { Certificate.seconds(X509_get0_notAfter(pointer)) }

    /// The DNS names among its alternative names, in order, wildcards included.
    public var dnsNames: [String] {
        alternativeNames(ofType: GEN_DNS).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The IP addresses among its alternative names, in order, as `127.0.0.1` or `::1`.
    public var ipAddresses: [String] {
        alternativeNames(ofType: GEN_IPADD).compactMap { SocketAddress(rawIP: $0)?.host }
    }

    /// SHA-256 over the whole certificate, in lower-case hexadecimal digits: the same for the same certificate only.
    public var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard X509_digest(pointer, EVP_sha256(), &digest, &count) == 1 else {
            ERR_clear_error()
            return ""
        }
        return digest.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Whether it may sign other certificates.
    public var isAuthority: Bool {
        defer { ERR_clear_error() }
        return X509_check_ca(pointer) > 0
    }

    /// Whether `issuer` signed it.
    public func isSigned(by issuer: Certificate) -> Bool {
        defer { ERR_clear_error() }
        guard let key = X509_get0_pubkey(issuer.pointer) else { return false }
        return X509_verify(pointer, key) == 1
    }

    /// Whether it speaks for a DNS name or, written as one, an IP address; only its subjectAltName counts.
    public func isValid(forHost host: String) -> Bool {
        defer { ERR_clear_error() }
        if SocketAddress(numeric: host, port: 0) != nil { return X509_check_ip_asc(pointer, host, 0) == 1 }
        return X509_check_host(pointer, host, 0, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT), nil) == 1
    }

    /// Whether `key` is the private half of the key it certifies.
    public func belongs(to key: PrivateKey) -> Bool {
        defer { ERR_clear_error() }
        return X509_check_private_key(pointer, key.pointer) == 1
    }

    private func alternativeNames(ofType type: Int32) -> [[UInt8]] {
        defer { ERR_clear_error() }
        guard let decoded = X509_get_ext_d2i(pointer, NID_subject_alt_name, nil, nil) else { return [] }
        let names = OpaquePointer(decoded)
        defer { GENERAL_NAMES_free(names) }
        var found: [[UInt8]] = []
        for index in 0..<max(0, shim_GENERAL_NAMES_count(names)) {
            guard let name = shim_GENERAL_NAMES_at(names, index), name.pointee.type == type,
                let string = shim_GENERAL_NAME_string(name), let bytes = ASN1_STRING_get0_data(string)
            else { continue }
            found.append(Array(UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(string)))))
        }
        return found
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(timegm(&parts))
    }
}
