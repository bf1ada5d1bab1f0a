import JSON
import OptimizationAPI

/// A variable of a trial's environment.
struct EnvironmentVariable: Equatable {
    /// Not empty, without `=`.
    var name: String
    var value: String
}

/// What a TrainJob asks to be run: `spec.trainer.command`, `args` and `env`, ready to execute.
struct TrialCommand: Equatable {
    /// The program and its arguments, expanded; never empty.
    var arguments: [String]
    /// The whole environment as `NAME=value`, sorted by name.
    var environment: [String]

    /// Reads a TrainJob's spec.
    ///
    /// As in a container, `$(NAME)` in an `env` value refers to the variables before it, and in `command` and `args`
    /// to the container's variables: the injected ones and `env`. What is inherited is there for the program, like
    /// the `ENV` of an image, but no reference sees it.
    ///
    /// - Parameters:
    ///   - spec: The TrainJob's `spec`.
    ///   - injected: What the trainer adds to every container. `spec.trainer.env` replaces it name by name, as
    ///     Kubeflow Trainer's merge does.
    ///   - inherited: The base environment.
    /// - Throws: Everything that a local trial cannot be, each with a sentence that says what to set.
    init(
        spec: JSONValue?,
        injected: [EnvironmentVariable],
        inherited: [String: String]
    ) throws(FieldErrors) {
        var reading = Reading()
        reading.checkNothingNeedsACluster(spec)
        let trainer = spec?["trainer"]
        var container: [String: String] = [:]
        for variable in injected { container[variable.name] = variable.value }
        for variable in reading.variables(trainer?["env"], after: container) {
            container[variable.name] = variable.value
        }
        arguments =
            reading.command(trainer, with: container)
            + reading.strings(trainer?["args"], named: "args", with: container)
        guard reading.errors.isEmpty else { throw FieldErrors(reading.errors) }
        let all = inherited.merging(container) { _, own in own }
        environment = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
}

/// Reads the parts of a command, and keeps what is wrong with them.
private struct Reading {
    private(set) var errors: [FieldError] = []

    private static let spec = FieldPath("spec")
    private static let trainer = FieldPath("spec", "trainer")
    private static let withoutNUL = "must not contain the NUL character"
    private static let notTooLong =
        "may not be more than \(VariableExpansion.limit) bytes, references expanded: no process takes more"

    mutating func checkNothingNeedsACluster(_ spec: JSONValue?) {
        if let nodes = spec?["trainer"]?["numNodes"], !nodes.isNull, nodes.int64Value != 1 {
            refuse(
                Self.trainer.key("numNodes"),
                .invalid,
                nodes,
                "a local run has this one machine; leave it out or set 1"
            )
        }
        if let initializer = spec?["initializer"]?.objectValue, !initializer.isEmpty {
            refuse(
                Self.spec.key("initializer"),
                .forbidden,
                nil,
                "a local run has no initializers; put the data beside the manifest"
            )
        }
    }

    /// The words of `command`, expanded; none when something is wrong with them.
    mutating func command(_ trainer: JSONValue?, with variables: [String: String]) -> [String] {
        let before = errors.count
        let command = strings(trainer?["command"], named: "command", with: variables)
        guard errors.count == before else { return [] }
        if command.first == nil {
            let image = trainer?["image"]?.stringValue.map { " (\($0) is not run)" } ?? ""
            let detail =
                "a local run starts this command, since it runs no image\(image); for example [\"python3\", \"train.py\"]"
            refuse(Self.trainer.key("command"), .required, nil, detail)
        } else if command.first == "" {
            refuse(Self.trainer.key("command").index(0), .invalid, "", "must name a program")
        }
        return command
    }

    /// The words of a list, expanded, without those with which something is wrong.
    mutating func strings(_ value: JSONValue?, named name: String, with variables: [String: String]) -> [String] {
        guard let value, !value.isNull else { return [] }
        let path = Self.trainer.key(name)
        guard let items = value.arrayValue else {
            refuse(path, .typeInvalid, value, "must be a list of strings")
            return []
        }
        var strings: [String] = []
        for (index, item) in items.enumerated() {
            guard let string = item.stringValue else {
                refuse(path.index(index), .typeInvalid, item, "must be a string; quote it")
                continue
            }
            guard !string.utf8.contains(0) else {
                refuse(path.index(index), .invalid, item, Self.withoutNUL)
                continue
            }
            guard let expanded = VariableExpansion.expand(string, with: variables) else {
                refuse(path.index(index), .tooLong, nil, Self.notTooLong)
                continue
            }
            strings.append(expanded)
        }
        return strings
    }

    /// The entries of `env` in order, each expanded with those before it.
    mutating func variables(_ value: JSONValue?, after earlier: [String: String]) -> [EnvironmentVariable] {
        guard let value, !value.isNull else { return [] }
        let list = Self.trainer.key("env")
        guard let items = value.arrayValue else {
            refuse(list, .typeInvalid, value, "must be a list")
            return []
        }
        var known = earlier
        var variables: [EnvironmentVariable] = []
        for (index, item) in items.enumerated() {
            let path = list.index(index)
            guard let name = item["name"]?.stringValue, !name.isEmpty,
                !name.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "=") })
            else {
                refuse(path.key("name"), .invalid, item["name"] ?? .null, "must be a name without \"=\"")
                continue
            }
            guard let text = text(of: item, at: path) else { continue }
            guard let expanded = VariableExpansion.expand(text, with: known) else {
                refuse(path.key("value"), .tooLong, nil, Self.notTooLong)
                continue
            }
            known[name] = expanded
            variables.append(EnvironmentVariable(name: name, value: expanded))
        }
        return variables
    }

    /// An entry's text before expansion; `nil` for an optional reference, which has nothing to refer to here, and for
    /// what is wrong.
    ///
    /// A value that is not empty wins over `valueFrom`, as in the kubelet.
    private mutating func text(of item: JSONValue, at path: FieldPath) -> String? {
        if let value = item["value"], !value.isNull {
            guard let text = value.stringValue else {
                refuse(path.key("value"), .typeInvalid, value, "must be a string; quote it")
                return nil
            }
            guard !text.utf8.contains(0) else {
                refuse(path.key("value"), .invalid, value, Self.withoutNUL)
                return nil
            }
            if !text.isEmpty { return text }
        }
        guard let sources = item["valueFrom"]?.objectValue, let source = sources.first(where: { !$0.value.isNull })
        else { return "" }
        guard source.value["optional"]?.boolValue != true else { return nil }
        refuse(
            path.key("valueFrom").key(source.key),
            .forbidden,
            nil,
            "a local run has no Secrets, ConfigMaps or pod fields; set a value, or leave the entry out and export the "
                + "variable before starting"
        )
        return nil
    }

    private mutating func refuse(
        _ path: FieldPath,
        _ reason: FieldError.Reason,
        _ value: JSONValue?,
        _ detail: String
    ) {
        errors.append(FieldError(path: path, reason: reason, value: value, detail: detail))
    }
}
