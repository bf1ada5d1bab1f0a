import JSON

/// How parameters reach a trial: as environment variables of its training container.
///
/// Every parameter gives `KUBEFLOW_TRAINER_OPT_<NAME>`. A template that refers to it by another spelling gets that
/// variable too, and only then, since a TrainJob takes no more than `limit` entries:
///
/// | refers to | parameter `learning-rate` |
/// |---|---|
/// | the short form | `$(OPT_LEARNING_RATE)` |
/// | the name as written | `$(KUBEFLOW_TRAINER_OPT_learning-rate)` |
/// | both | `$(OPT_learning-rate)` |
public enum TrialEnvironment {
    /// What every injected variable starts with.
    public static let prefix = "KUBEFLOW_TRAINER_OPT_"
    /// The short form's prefix.
    public static let shortPrefix = "OPT_"
    /// Entries a TrainJob's `spec.trainer.env` can hold (`maxItems` of its CRD).
    public static let limit = 128

    /// One entry of `spec.trainer.env`.
    public struct Entry: Sendable, Hashable {
        /// The variable's name.
        public var name: String
        /// The value as an entry carries it: `$` doubled, so that Kubernetes' expansion leaves the text as it was.
        public var value: String

        /// The entry as a TrainJob carries it.
        public var json: JSONValue { ["name": .string(name), "value": .string(value)] }
    }

    /// The variable every trial gets for a parameter.
    ///
    /// Letters become upper case; `-` and `.`, common in names of hyperparameters, become `_`.
    ///
    /// - Returns: `nil` when the name is empty or holds any other character: then there is no obvious variable.
    public static func variable(for parameter: String) -> String? {
        guard !parameter.isEmpty else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(prefix.utf8.count + parameter.utf8.count)
        bytes += prefix.utf8
        for byte in parameter.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                bytes.append(byte)
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                bytes.append(byte - 0x20)
            case UInt8(ascii: "-"), UInt8(ascii: "."):
                bytes.append(UInt8(ascii: "_"))
            default:
                return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The entries to add to a trial's `spec.trainer.env`.
    ///
    /// They belong **before** the template's own entries: Kubernetes expands a reference in an entry's value only to
    /// variables defined above it. A spelling that the template defines itself is left to the template.
    ///
    /// - Parameters:
    ///   - parameters: The parameters and their values. One without a variable (see `variable(for:)`) is left out.
    ///   - template: The TrainJob spec of the template, of any shape.
    public static func entries(for parameters: [ParameterAssignment], in template: JSONValue) -> [Entry] {
        var entries: [Entry] = []
        var owners: [String: ParameterAssignment] = [:]
        for parameter in parameters {
            guard let variable = variable(for: parameter.name) else { continue }
            owners[variable] = parameter
            entries.append(Entry(name: variable, value: escaped(parameter.value)))
        }
        let usage = EnvironmentUsage(of: template)
        for name in usage.references where !usage.defines(name) && owners[name] == nil {
            guard let variable = spelledVariable(name) else { continue }
            guard let parameter = owners[variable], isSpelling(name, of: parameter.name, variable: variable) else {
                continue
            }
            entries.append(Entry(name: name, value: escaped(parameter.value)))
        }
        return entries
    }

    /// A TrainJob spec with the parameters' entries ahead of its own.
    ///
    /// - Returns: The spec as it was when there is nothing to add. A `trainer` or `env` of the wrong type is replaced;
    ///   validation refuses such templates.
    public static func adding(_ parameters: [ParameterAssignment], to template: JSONValue) -> JSONValue {
        let entries = entries(for: parameters, in: template)
        guard !entries.isEmpty else { return template }
        var spec = template.objectValue ?? JSONObject()
        var trainer = spec["trainer"]?.objectValue ?? JSONObject()
        trainer["env"] = .array(entries.map(\.json) + (trainer["env"]?.arrayValue ?? []))
        spec["trainer"] = .object(trainer)
        return .object(spec)
    }

    /// The variable a name would be another spelling of, going by its prefix; `nil` for a name of some other kind.
    static func spelledVariable(_ name: String) -> String? {
        for prefix in [prefix, shortPrefix] where name.hasPrefix(prefix) {
            return variable(for: String(name.utf8.dropFirst(prefix.utf8.count)) ?? "")
        }
        return nil
    }

    /// Whether a name is one of the other spellings of a parameter's variable: not every mix of cases is.
    static func isSpelling(_ name: String, of parameter: String, variable: String) -> Bool {
        name == shortPrefix + variable.dropFirst(prefix.count) || name == prefix + parameter
            || name == shortPrefix + parameter
    }

    /// A text that Kubernetes' expansion turns back into `text`.
    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        return text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    }
}
