import Glibc
import Kubernetes
import Testing

@testable import Certificates

@Suite("A certificate directory", .timeLimit(.minutes(5)))
struct CertificateDirectoryTests {
    private let volume: SecretVolume
    private let time = GatedTime()
    private let log = LogRecorder()

    init() throws { volume = try SecretVolume() }

    private func directory() -> CertificateDirectory {
        CertificateDirectory(path: volume.path, logger: log.logger, time: time, now: { InMemoryCluster.start })
    }

    private func files(_ pair: (certificate: String, key: String, authority: String)) -> [String: String] {
        ["tls.crt": pair.certificate, "tls.key": pair.key, "ca.crt": pair.authority]
    }

    private func identity(_ pair: (certificate: String, key: String, authority: String)) throws -> ServingIdentity {
        try ServingIdentity(certificatePEM: Array(pair.certificate.utf8), keyPEM: Array(pair.key.utf8))
    }

    /// Runs a directory while `body` changes it; `body` is given what is served, one after another.
    private func following(
        replacing first: ServingIdentity?,
        _ body: (inout AsyncStream<ServingIdentity>.Iterator) async throws -> Void
    ) async throws {
        let (served, continuation) = AsyncStream.makeStream(of: ServingIdentity.self)
        let directory = directory()
        let task = Task { await directory.run(replacing: first) { continuation.yield($0) } }
        var iterator = served.makeAsyncIterator()
        try await body(&iterator)
        task.cancel()
        await task.value
    }

    @Test("notices each swap of a kubelet at once, by the watch alone")
    func swaps() async throws {
        try volume.mount()
        let pairs = try (0..<4).map { _ in try Samples.pair() }
        try volume.swap(files(pairs[0]))
        // Time stands still, so nothing is found by looking now and then.
        try await following(replacing: nil) { served in
            for (index, pair) in pairs.enumerated() {
                if index > 0 { try volume.swap(files(pair)) }
                #expect(await served.next() == (try identity(pair)))
            }
        }
    }

    @Test("ignores half of a pair, and says so, until the other half is there")
    func halfWritten() async throws {
        try volume.mount()
        let (old, new) = (try Samples.pair(), try Samples.pair())
        for (name, text) in files(old) { try volume.write(text, to: name) }
        try await following(replacing: nil) { served in
            #expect(await served.next() == (try identity(old)))
            try volume.write(new.certificate, to: "tls.crt")
            await log.untilLogged("does not belong")
            try volume.write(new.key, to: "tls.key")
            #expect(await served.next() == (try identity(new)))
        }
    }

    @Test(
        "keeps what is served while the files are garbage, expired, not yet valid, gone or no files",
        arguments: [
            "garbage", "expired", "early", "gone", "pipe",
        ]
    )
    func keeps(what: String) async throws {
        try volume.mount()
        let (old, new) = (try Samples.pair(), try Samples.pair())
        for (name, text) in files(old) { try volume.write(text, to: name) }
        try await following(replacing: nil) { served in
            #expect(await served.next() == (try identity(old)))
            switch what {
            case "garbage":
                try volume.write("-----BEGIN", to: "tls.crt")
                await log.untilLogged("cannot be used")
            case "expired":
                let made = InMemoryCluster.start.advanced(by: .seconds(-10_000))
                for (name, text) in files(try Samples.pair(made: made, lifetime: 9000)) {
                    try volume.write(text, to: name)
                }
                await log.untilLogged("expired at")
            case "early":
                let made = InMemoryCluster.start.advanced(by: .seconds(100_000))
                for (name, text) in files(try Samples.pair(made: made)) { try volume.write(text, to: name) }
                await log.untilLogged("not valid yet")
            case "gone":
                unlink("\(volume.path)/tls.key")
                await log.untilLogged("no certificate in")
            default:
                unlink("\(volume.path)/tls.crt")
                mkfifo("\(volume.path)/tls.crt", 0o600)
                await log.untilLogged("Invalid argument")
                unlink("\(volume.path)/tls.crt")
            }
            try volume.write(new.key, to: "tls.key")
            try volume.write(new.certificate, to: "tls.crt")
            #expect(await served.next() == (try identity(new)))
        }
    }

    @Test("hands the same pair over once, however often it is written")
    func unchanged() async throws {
        try volume.mount()
        let (old, new) = (try Samples.pair(), try Samples.pair())
        try volume.swap(files(old))
        try await following(replacing: try identity(old)) { served in
            try volume.swap(files(old))
            await time.tick()
            try volume.swap(files(new))
            #expect(await served.next() == (try identity(new)))
        }
    }

    @Test("is found again at once after it was deleted as a whole")
    func remounted() async throws {
        try volume.mount()
        let pairs = try (0..<3).map { _ in try Samples.pair() }
        try volume.swap(files(pairs[0]))
        try await following(replacing: nil) { served in
            #expect(await served.next() == (try identity(pairs[0])))
            volume.unmount()
            await log.untilLogged("no certificate in")
            try volume.mount()
            try volume.swap(files(pairs[0]))
            // Nothing changed in the end, so this is all that tells of it.
            await log.untilLogged("there is a certificate to serve with")
            try volume.swap(files(pairs[1]))
            #expect(await served.next() == (try identity(pairs[1])))
            // It is watched again.
            try volume.swap(files(pairs[2]))
            #expect(await served.next() == (try identity(pairs[2])))
        }
    }

    @Test("tries again to serve a pair that could not be served")
    func retries() async throws {
        try volume.mount()
        try volume.swap(files(try Samples.pair()))
        struct Refused: Error {}
        let (attempts, continuation) = AsyncStream.makeStream(of: Void.self)
        let directory = directory()
        let task = Task {
            await directory.run(replacing: nil) { _ in
                continuation.yield()
                throw Refused()
            }
        }
        var iterator = attempts.makeAsyncIterator()
        await iterator.next()
        await time.tick()
        await iterator.next()
        await log.untilLogged("cannot serve the new certificate")
        task.cancel()
        await task.value
    }

    @Test("says what to do when there is no certificate, and waits for one")
    func missing() async throws {
        let directory = directory()
        #expect {
            try directory.load()
        } throws: { error in
            let words = "\(error)"
            return words.contains(volume.path) && words.contains("cert-generator") && words.contains("--cert-dir")
        }
        let pair = try Samples.pair()
        async let first = directory.firstIdentity()
        await log.untilLogged("no certificate in")
        try volume.mount()
        try volume.swap(files(pair))
        // Time stands still: the directory above is watched.
        #expect(try await first == identity(pair))
        #expect(try directory.load() == identity(pair))
    }

    @Test("stops waiting for a certificate when it is cancelled")
    func cancelled() async throws {
        let directory = directory()
        let task = Task { try await directory.firstIdentity() }
        await log.untilLogged("no certificate in")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
