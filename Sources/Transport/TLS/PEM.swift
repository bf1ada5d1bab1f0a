import COpenSSL

/// Reading PEM text (RFC 7468) with OpenSSL.
enum PEM {
    /// Lends a memory BIO over `bytes` to `body`.
    static func withBIO<Result>(
        _ bytes: [UInt8],
        _ body: (OpaquePointer) throws(TLSError) -> Result
    ) throws(TLSError) -> Result {
        // BIO_new_mem_buf reads the memory in place, so it gets a copy with a lifetime of its own.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        guard let bio = BIO_new_mem_buf(copy.baseAddress, Int32(clamping: bytes.count)) else {
            throw TLSError(takingQueueFor: "allocate memory")
        }
        defer { BIO_free(bio) }
        return try body(bio)
    }

    /// Every certificate in the text, in order; at least one.
    ///
    /// - Parameter name: What the text is, for the error: "trust roots".
    static func certificates(in bytes: [UInt8], named name: String) throws(TLSError) -> [Certificate] {
        try withBIO(bytes) { bio throws(TLSError) in
            var found: [Certificate] = []
            ERR_clear_error()
            while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
                found.append(Certificate(owning: certificate))
            }
            // Reading past the last block is how the end is found: only "no start line" is the normal end.
            let last = ERR_peek_last_error()
            ERR_clear_error()
            guard !found.isEmpty, last == 0 || last & 0x7F_FFFF == UInt(PEM_R_NO_START_LINE) else {
                throw TLSError(operation: "read \(name)", reasons: ["expected PEM text with a CERTIFICATE block"])
            }
            return found
        }
    }
}
