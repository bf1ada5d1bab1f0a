import Manager

/// What a user may write besides what the parser reads.
enum CommandSpelling {
    /// Names the subcommand where it is left out, and spells flags of processes on a cluster the one way the parser reads.
    ///
    /// Katib's controller is started with flags alone, so flags without a subcommand mean `controller`. Commands for people
    /// at a terminal, with their short options, stay as they are.
    static func normalized(_ arguments: [String]) throws(FlagError) -> [String] {
        guard let first = arguments.first else { return arguments }
        let rest = Array(arguments.dropFirst())
        if let flags = flags[first] { return [first] + (try flags.normalized(rest)) }
        guard first.hasPrefix("-"), !isForRoot(first) else { return arguments }
        return ["controller"] + (try ControllerCommand.flags.normalized(arguments))
    }

    /// The subcommands that clusters start.
    private static let flags = ["controller": ControllerCommand.flags, "cert-generator": CertGeneratorCommand.flags]

    /// Help, version, and what the parser itself offers, such as completion scripts.
    private static func isForRoot(_ argument: String) -> Bool {
        ["-h", "-help", "--help", "--help-hidden", "--version", "-version"].contains(argument)
            || argument.hasPrefix("--generate-completion-script") || argument.hasPrefix("--experimental-dump-help")
    }
}
