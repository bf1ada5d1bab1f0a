import Glibc
public import Kubernetes
public import Logging
import Synchronization
import Transport

/// A directory with a server's certificate and key, such as a mounted Secret, and what becomes of it.
///
/// It is watched, because a renewed certificate should be served at once; so is the nearest directory above it while it is
/// not there. It is looked at now and then as well, because watches have failed before: nobody tells what is mounted over a
/// directory, or changed by another machine. Only whole pairs count: a certificate and a key that belong together and have
/// not expired. Until there is one, the last stays; and for as long as it is valid, it stays until the next one is.
public final class CertificateDirectory: Sendable {
    /// The names of the files, those of a Secret of type `kubernetes.io/tls`.
    public struct FileNames: Sendable, Hashable {
        /// The certificate, and those between it and a root; default `tls.crt`.
        public var certificate: String
        /// The private key; default `tls.key`.
        public var key: String

        /// Names the files.
        public init(certificate: String = "tls.crt", key: String = "tls.key") {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Where the files are.
    public let path: String
    private let files: FileNames
    private let pollInterval: Duration
    private let logger: Logger
    private let time: any MonotonicTime
    private let now: @Sendable () -> Timestamp

    /// Describes a directory; it is read by the other methods.
    ///
    /// - Parameters:
    ///   - path: Where the files are.
    ///   - files: Their names.
    ///   - pollInterval: How often to look even if nothing seems to have changed.
    ///   - logger: Told of what is found, and of what is wrong with it.
    ///   - time: For the interval.
    ///   - now: The time of day.
    public init(
        path: String,
        files: FileNames = FileNames(),
        pollInterval: Duration = .seconds(10),
        logger: Logger,
        time: any MonotonicTime = SystemTime(),
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        self.path = path
        self.files = files
        self.pollInterval = pollInterval
        var logger = logger
        logger[metadataKey: "directory"] = "\(path)"
        self.logger = logger
        self.time = time
        self.now = now
    }

    /// Reads the pair that is there now.
    ///
    /// - Throws: What is wrong with it, and what to do.
    public func load() throws(CertificateDirectoryError) -> ServingIdentity {
        let certificate = try read(files.certificate)
        let key = try read(files.key)
        let identity: ServingIdentity
        do {
            identity = try ServingIdentity(certificatePEM: certificate, keyPEM: key)
        } catch {
            throw .unusable(path, files, "\(error)")
        }
        guard identity.validity.upperBound >= now().secondsSinceEpoch else {
            let end = Timestamp(secondsSinceEpoch: identity.validity.upperBound)
            throw .unusable(path, files, "the certificate expired at \(end)")
        }
        return identity
    }

    /// Waits for the first pair, and says once, and again whenever it changes, what is wrong with what is there.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public func firstIdentity() async throws -> ServingIdentity {
        let found = Mutex<ServingIdentity?>(nil)
        await follow { result in
            guard case .success(let identity) = result else { return true }
            found.withLock { $0 = identity }
            return false
        }
        guard let identity = found.withLock({ $0 }) else { throw CancellationError() }
        return identity
    }

    /// Hands over every pair that is not the last one, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - current: The pair that is served already.
    ///   - apply: Serves a pair. What it throws is logged, and it is tried again.
    public func run(
        replacing current: ServingIdentity?,
        _ apply: @escaping @Sendable (ServingIdentity) throws -> Void
    ) async {
        let served = Mutex(current)
        let early = Mutex<ServingIdentity?>(nil)
        await follow { [logger, now] result in
            guard case .success(let identity) = result, identity != served.withLock({ $0 }) else { return true }
            let time = now().secondsSinceEpoch
            // Without a better one it is served: it may be this clock that is wrong.
            if identity.validity.lowerBound > time, served.withLock({ $0?.validity.contains(time) }) == true {
                guard early.withLock({ $0 }) != identity else { return true }
                early.withLock { $0 = identity }
                logger.warning(
                    "the new certificate is not valid yet, and the one before is served until then",
                    metadata: ["notBefore": "\(Timestamp(secondsSinceEpoch: identity.validity.lowerBound))"]
                )
                return true
            }
            do {
                try apply(identity)
                served.withLock { $0 = identity }
                logger.info(
                    "serving another certificate",
                    metadata: [
                        "notAfter": "\(Timestamp(secondsSinceEpoch: identity.validity.upperBound))",
                        "fingerprint": "\(identity.leaf.fingerprint)",
                    ]
                )
            } catch {
                logger.error("cannot serve the new certificate", metadata: ["reason": "\(error)"])
            }
            return true
        }
    }

    // MARK: Following

    /// Reads the pair at first, after every change and at every interval, until `handle` has enough.
    private func follow(
        _ handle: @Sendable (Result<ServingIdentity, CertificateDirectoryError>) -> Bool
    ) async {
        let (changes, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [time, pollInterval] in
                while (try? await time.sleep(for: pollInterval)) != nil { signal.yield() }
                signal.finish()
            }
            var watcher: DirectoryWatcher?
            var watched: String?
            var lastComplaint: CertificateDirectoryError?
            let isWatching = Mutex(false)
            signal.yield()
            for await _ in changes {
                // The watch is set up before the files are read, so that no change falls between the two; and once more
                // where the directory appeared meanwhile.
                while !isWatching.withLock({ $0 }) || watched != Self.nearestDirectory(to: path) {
                    let directory = Self.nearestDirectory(to: path)
                    isWatching.withLock { $0 = true }
                    watcher = try? DirectoryWatcher(directory) { continues in
                        if !continues { isWatching.withLock { $0 = false } }
                        signal.yield()
                    }
                    watched = directory
                    guard watcher != nil else {
                        isWatching.withLock { $0 = false }
                        break
                    }
                }
                let result = Result { () throws(CertificateDirectoryError) in try load() }
                switch result {
                case .failure(let error):
                    if error != lastComplaint { logger.warning("\(error)") }
                    lastComplaint = error
                case .success:
                    // Said also where the pair is the one that is served already.
                    if lastComplaint != nil {
                        logger.info("there is a certificate to serve with", metadata: ["directory": "\(path)"])
                    }
                    lastComplaint = nil
                }
                if !handle(result) { break }
            }
            withExtendedLifetime(watcher) {}
            group.cancelAll()
        }
    }

    /// The directory of a path, or as long as it is not there the nearest one above it, in which it will appear.
    private static func nearestDirectory(to path: String) -> String {
        var path = path
        while true {
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return path }
            while path.hasSuffix("/") { path.removeLast() }
            guard let slash = path.lastIndex(of: "/") else { return "." }
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    // MARK: Reading

    private func read(_ name: String) throws(CertificateDirectoryError) -> [UInt8] {
        switch PEMFile.read("\(path)/\(name)") {
        case .success(let bytes): return bytes
        case .failure(let error) where error.code == ENOENT || error.code == ENOTDIR: throw .missing(path, files)
        case .failure(let error): throw .unusable(path, files, "\(name): \(error)")
        }
    }
}

/// Why a directory has no certificate to serve with.
public enum CertificateDirectoryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one of the files is not there.
    case missing(String, CertificateDirectory.FileNames)
    /// The files are no pair to serve with; what is wrong comes last.
    case unusable(String, CertificateDirectory.FileNames, String)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .missing(let path, let files):
            "no certificate in \(path): \(files.certificate) and \(files.key) are expected there. In a cluster, mount the "
                + "Secret that `optimizationjob cert-generator` or cert-manager writes; elsewhere, name the directory "
                + "of a certificate with --cert-dir"
        case .unusable(let path, let files, let reason):
            "\(files.certificate) and \(files.key) in \(path) cannot be used: \(reason)"
        }
    }
}
