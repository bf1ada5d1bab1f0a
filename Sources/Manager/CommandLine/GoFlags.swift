/// Understands flags the way programs on a cluster are given theirs.
///
/// Deployments are written for Go's `flag` package and for pflag: `--flag=value`, `-flag=value`, `--flag value`, and booleans
/// without a value. A value may look like anything, another flag included. What comes out has one spelling,
/// `--flag=value`, which any parser of GNU-style options reads.
public struct GoFlags: Sendable {
    /// Flags that are true when they stand alone. Every other flag takes a value.
    public var booleans: Set<String>
    /// Flags that are understood and refused, each with the reason.
    public var refused: [String: String]

    /// Describes a program's flags.
    public init(booleans: Set<String>, refused: [String: String] = [:]) {
        self.booleans = booleans
        self.refused = refused
    }

    /// What to pass on as it is: a parser shows help and version by itself.
    private static let untouched: Set<String> = ["help", "version", "help-hidden"]

    /// Gives every flag its one spelling; other arguments, and all after `--`, stay as they are.
    ///
    /// - Throws: When a flag has no value, a boolean none that makes sense, or a flag is refused.
    public func normalized(_ arguments: [String]) throws(FlagError) -> [String] {
        var result: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument != "--" else { return result + [argument] + rest }
            guard let flag = Flag(argument) else {
                result.append(argument)
                continue
            }
            if let reason = refused[flag.name] { throw FlagError("--\(flag.name): \(reason)") }
            if Self.untouched.contains(flag.name), flag.value == nil {
                result.append("--\(flag.name)")
            } else if booleans.contains(flag.name) {
                result.append("--\(flag.name)=\(try boolean(flag, next: rest.first))")
            } else if let value = flag.value {
                result.append("--\(flag.name)=\(value)")
            } else if let value = rest.popFirst() {
                result.append("--\(flag.name)=\(value)")
            } else {
                // An unknown flag at the end may be a boolean; whoever parses knows, and says so.
                result.append("--\(flag.name)")
            }
        }
        return result
    }

    private func boolean(_ flag: Flag, next: String?) throws(FlagError) -> Bool {
        guard let text = flag.value else {
            // Go would take the flag as true and the word as an argument: never what was meant.
            if let next, let meant = Self.boolean(next) {
                throw FlagError("--\(flag.name): a boolean takes its value after =; write --\(flag.name)=\(meant)")
            }
            return true
        }
        guard let value = Self.boolean(text) else {
            throw FlagError("--\(flag.name): \"\(text)\" is no boolean; write true or false")
        }
        return value
    }

    /// The spellings of Go's `strconv.ParseBool`.
    private static func boolean(_ text: String) -> Bool? {
        switch text {
        case "1", "t", "T", "true", "TRUE", "True": true
        case "0", "f", "F", "false", "FALSE", "False": false
        default: nil
        }
    }

    /// `-name`, `--name`, `-name=value` or `--name=value`.
    private struct Flag {
        var name: String
        var value: String?

        init?(_ argument: String) {
            guard argument.hasPrefix("-") else { return nil }
            let body = argument.dropFirst(argument.hasPrefix("--") ? 2 : 1)
            let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            // A letter and more: `-h` is a short option, `-5` a number, `-` standard input.
            guard let name = parts.first, name.utf8.count > 1, name.first?.isLetter == true else { return nil }
            self.name = String(name)
            value = parts.count > 1 ? String(parts[1]) : nil
        }
    }
}

/// A command line that cannot be understood, in words that say what would be right.
public struct FlagError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which flag, what is wrong, and what would be right.
    public let description: String

    /// Makes an error.
    public init(_ description: String) {
        self.description = description
    }
}
