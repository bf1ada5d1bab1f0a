import Certificates
import Foundation
import Kubernetes
import Testing

/// A folder of a test's own.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/optimizationjob-manager-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Puts a certificate where a kubelet would: files in a folder of their own, reached through the link `..data`, which
    /// is replaced at once.
    func mount(_ certificate: ServingCertificate) throws {
        let version = "..\(UUID().uuidString)"
        let manager = FileManager.default
        try manager.createDirectory(atPath: "\(path)/\(version)", withIntermediateDirectories: false)
        try write(certificate.certificatePEM, to: "\(version)/tls.crt")
        try write(certificate.keyPEM, to: "\(version)/tls.key")
        try manager.createSymbolicLink(atPath: "\(path)/..data_tmp", withDestinationPath: version)
        try #require(rename("\(path)/..data_tmp", "\(path)/..data") == 0)
        for name in ["tls.crt", "tls.key"] where !manager.fileExists(atPath: "\(path)/\(name)") {
            try manager.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: "..data/\(name)")
        }
    }
}

extension ServingCertificate {
    /// A certificate by an authority of its own, for `127.0.0.1` and `localhost` unless told otherwise.
    static func make(hosts: [String] = ["127.0.0.1", "localhost"], validFor validity: Int64 = 3600) throws -> Self {
        let now = Timestamp.now().secondsSinceEpoch
        return try CertificateAuthority.make(commonName: "test", now: now)
            .issueServing(hosts: hosts, now: now, validity: validity)
    }
}
