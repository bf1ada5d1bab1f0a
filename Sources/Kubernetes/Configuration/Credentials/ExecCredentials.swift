import Transport

/// The credentials a plugin gives, kept until they expire or a server refuses them.
///
/// However many requests need them at once, the plugin runs once. It runs to its end even if nobody waits any more, since it
/// may be in the middle of a login.
actor ExecCredentials {
    private let plugin: ExecPlugin
    private let now: @Sendable () -> Timestamp
    private let run: @Sendable (ExecPlugin) async throws -> ExecCredential
    private var kept: ExecCredential?
    private var waiters: [OneShot<ExecCredential>] = []

    /// - Parameters:
    ///   - plugin: What to run.
    ///   - now: For expiry, which plugins tell by the clock on the wall.
    ///   - run: Runs it.
    init(
        _ plugin: ExecPlugin,
        now: @escaping @Sendable () -> Timestamp = { Timestamp.now() },
        run: @escaping @Sendable (ExecPlugin) async throws -> ExecCredential = { try await ExecProgram.run($0) }
    ) {
        self.plugin = plugin
        self.now = now
        self.run = run
    }

    /// The credentials to use now.
    ///
    /// - Parameters:
    ///   - configured: The certificate to use when the plugin gives none.
    ///   - refused: What a server did not accept; if that is what is kept, the plugin runs again.
    func credential(configured: ClientIdentity?, refused: Credential?) async throws -> Credential {
        if let kept, kept.expiration.map({ now() < $0 }) ?? true {
            let credential = kept.credential(configured: configured)
            if credential != refused { return credential }
        }
        let fresh = OneShot<ExecCredential>()
        waiters.append(fresh)
        if waiters.count == 1 { Task { await refresh() } }
        return try await fresh.wait().credential(configured: configured)
    }

    private func refresh() async {
        kept = nil
        let result: Result<ExecCredential, any Error>
        do {
            let credential = try await run(plugin)
            kept = credential
            result = .success(credential)
        } catch {
            result = .failure(error)
        }
        for waiter in waiters { waiter.resume(with: result) }
        waiters = []
    }
}
