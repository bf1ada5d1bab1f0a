import Certificates
import Transport

/// The authorities that callers of the webhooks have to prove to be signed by.
enum ClientAuthority {
    /// Reads the file of `--webhook-client-ca`.
    ///
    /// - Throws: When it cannot be read or holds no certificate.
    static func read(_ path: String) throws(ManagerError) -> [UInt8] {
        do {
            let pem = try PEMFile.read(path).get()
            _ = try Certificate.all(inPEM: pem)
            return pem
        } catch {
            throw ManagerError(
                "cannot use --webhook-client-ca \(path): \(error); it is a file of CA certificates in PEM, those that the "
                    + "API server's client certificate is signed by"
            )
        }
    }
}
