import COpenSSL

/// A private key.
public final class PrivateKey: @unchecked Sendable {
    // Sendable because the key is never changed after it was made, and OpenSSL counts its references atomically.
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// Makes a new key on the curve P-256.
    public static func generateP256() throws(TLSError) -> PrivateKey {
        var pointer: OpaquePointer?
        guard shim_EVP_PKEY_keygen_p256(&pointer) == 1, let pointer else {
            throw TLSError(takingQueueFor: "generate a P-256 key")
        }
        return PrivateKey(owning: pointer)
    }

    /// Reads an unencrypted key of any kind: PKCS#8, or the older forms for EC and RSA.
    public init(pem: [UInt8]) throws(TLSError) {
        pointer = try PEM.withBIO(pem) { bio throws(TLSError) in
            ERR_clear_error()
            // An encrypted key would ask the terminal for a pass phrase; this callback answers that there is none.
            guard let key = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in -1 }, nil) else {
                ERR_clear_error()
                throw TLSError(
                    operation: "read the private key",
                    reasons: ["expected PEM text with an unencrypted PRIVATE KEY block"]
                )
            }
            return key
        }
    }

    /// The key as PKCS#8 in PEM, unencrypted.
    public func pem() throws(TLSError) -> [UInt8] {
        try MemoryBIO.collect("write the private key") { bio in
            PEM_write_bio_PKCS8PrivateKey(bio, pointer, nil, nil, 0, nil, nil) == 1
        }
    }
}

/// Collects what OpenSSL writes.
enum MemoryBIO {
    /// The bytes that `write` put into the BIO it is lent.
    static func collect(_ operation: String, _ write: (OpaquePointer) -> Bool) throws(TLSError) -> [UInt8] {
        guard let bio = BIO_new(BIO_s_mem()) else { throw TLSError(takingQueueFor: "allocate memory") }
        defer { BIO_free(bio) }
        guard write(bio) else { throw TLSError(takingQueueFor: operation) }
        var data: UnsafeMutablePointer<CChar>?
        let count = shim_BIO_get_mem_data(bio, &data)
        guard let data, count > 0 else { return [] }
        return Array(UnsafeRawBufferPointer(start: data, count: count))
    }
}
