import Glibc

extension ClusterConfiguration {
    /// Finds the cluster to talk to, where controller-runtime looks, in its order:
    ///
    /// 1. `path`, if given;
    /// 2. the files that `KUBECONFIG` lists, merged;
    /// 3. the cluster this process runs in, if it is in a pod;
    /// 4. `~/.kube/config`.
    ///
    /// - Parameters:
    ///   - path: A kubeconfig, as by `--kubeconfig`; `nil` or empty when there is none.
    ///   - context: Which context of a kubeconfig; `nil` for its current one. Without effect in a pod.
    ///   - environment: The process's environment.
    /// - Throws: The field at fault, and what would be right.
    public static func load(
        kubeconfig path: String? = nil,
        context: String? = nil,
        environment: [String: String] = ProcessEnvironment.current
    ) throws(ConfigurationError) -> ClusterConfiguration {
        try load(
            kubeconfig: path,
            context: context,
            environment: environment,
            serviceAccount: defaultServiceAccount
        )
    }

    static func load(
        kubeconfig path: String?,
        context: String?,
        environment: [String: String],
        serviceAccount: String
    ) throws(ConfigurationError) -> ClusterConfiguration {
        if let path, !path.isEmpty {
            return try Kubeconfig(reading: path).configuration(context: context)
        }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        if !listed.isEmpty {
            return try Kubeconfig(merging: listed).configuration(context: context)
        }
        if let configuration = try inCluster(environment: environment, serviceAccount: serviceAccount) {
            return configuration
        }
        let home = environment["HOME"] ?? ""
        let usual = "\(home)/.kube/config"
        if !home.isEmpty, access(usual, F_OK) == 0 {
            return try Kubeconfig(reading: usual).configuration(context: context)
        }
        throw ConfigurationError(
            message: "no cluster is configured: there is no --kubeconfig and no KUBECONFIG, this is not a pod "
                + "(KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set), and "
                + (home.isEmpty ? "HOME is not set" : "\(usual) does not exist")
        )
    }
}

/// The environment this process was started with.
public enum ProcessEnvironment {
    /// Every variable; empty when the system does not tell.
    public static let current: [String: String] = {
        var variables: [String: String] = [:]
        // The kernel's copy, because the C library's may be changed by any thread at any time.
        for entry in ((try? FileContent.read("/proc/self/environ")) ?? []).split(separator: 0) {
            let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            variables[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        return variables
    }()
}
