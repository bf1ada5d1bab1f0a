import CLinux

/// What a local trial inherits from the process that runs it: the part an image's `ENV` plays in a cluster.
///
/// A script that works in the user's shell (virtual environment, `PYTHONPATH`, proxies, CUDA settings) should work as
/// a trial. What would tie it to a cluster, or to another trial, is left out.
public enum InheritedEnvironment {
    /// Variables of this process that a trial may see.
    public static func current() -> [String: String] {
        var variables: [String: String] = [:]
        guard var entry = process_environment() else { return variables }
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let separator = pair.utf8.firstIndex(of: UInt8(ascii: "=")), separator != pair.startIndex {
                variables[String(pair[..<separator])] = String(pair[pair.utf8.index(after: separator)...])
            }
            entry += 1
        }
        return filtered(variables)
    }

    /// `variables` without what concerns a cluster or another trial, and with a search path in any case.
    static func filtered(_ variables: [String: String]) -> [String: String] {
        var kept = variables.filter { name, _ in
            !withheld.contains(name) && !withheldPrefixes.contains { name.utf8.starts(with: $0.utf8) }
        }
        if kept["PATH"] == nil { kept["PATH"] = ProgramSearch.standardPath }
        return kept
    }

    /// `KUBECONFIG` would let a trial touch a cluster by accident; `PWD` and `OLDPWD` would be wrong.
    private static let withheld: Set<String> = ["KUBECONFIG", "PWD", "OLDPWD"]
    private static let withheldPrefixes = [
        "KUBEFLOW_TRAINER_", "KUBERNETES_SERVICE_", "KUBERNETES_PORT", "OPTIMIZATIONJOB_",
    ]
}
