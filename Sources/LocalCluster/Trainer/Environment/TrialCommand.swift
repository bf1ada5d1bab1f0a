import JSON

/// A variable of a trial's environment.
struct EnvironmentVariable: Equatable {
    /// Not empty, without `=`.
    var name: String
    var value: String
}

/// Why the local trainer does not run a TrainJob: a sentence that says what to set.
struct TrialRefusal: Error, Equatable, CustomStringConvertible {
    var description: String
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
    init(
        spec: JSONValue?,
        injected: [EnvironmentVariable],
        inherited: [String: String]
    ) throws(TrialRefusal) {
        let trainer = spec?["trainer"]
        try Self.refuseWhatNeedsACluster(spec)

        var container: [String: String] = [:]
        for variable in injected { container[variable.name] = variable.value }
        for variable in try Self.variables(trainer?["env"], after: container) {
            container[variable.name] = variable.value
        }

        let command = try Self.strings(trainer?["command"], at: "spec.trainer.command")
        guard let program = command.first else {
            let image = trainer?["image"]?.stringValue.map { " (image \($0) is not run)" } ?? ""
            throw TrialRefusal(
                description: "a local trial needs spec.trainer.command, for example [\"python3\", \"train.py\"]: "
                    + "there are no containers here\(image)"
            )
        }
        guard !program.isEmpty else {
            throw TrialRefusal(description: "spec.trainer.command[0]: Invalid value: \"\": must name a program")
        }
        let arguments = try Self.strings(trainer?["args"], at: "spec.trainer.args")
        let expanded = (command + arguments).map { VariableExpansion.expand($0, with: container) }
        guard !expanded.contains(where: { $0.utf8.contains(0) }) else {
            throw TrialRefusal(description: "spec.trainer: command and args must not contain the NUL character")
        }
        self.arguments = expanded
        let all = inherited.merging(container) { _, own in own }
        environment = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    private static func refuseWhatNeedsACluster(_ spec: JSONValue?) throws(TrialRefusal) {
        if let nodes = spec?["trainer"]?["numNodes"], !nodes.isNull, nodes.int64Value != 1 {
            throw TrialRefusal(
                description: "spec.trainer.numNodes: Invalid value: \(nodes): a local trial runs on this one machine; "
                    + "leave it out or set 1"
            )
        }
        if let initializer = spec?["initializer"]?.objectValue, !initializer.isEmpty {
            throw TrialRefusal(
                description: "spec.initializer: Forbidden: a local trial has no initializers; "
                    + "put the data beside the manifest and leave it out"
            )
        }
    }

    private static func strings(_ value: JSONValue?, at path: String) throws(TrialRefusal) -> [String] {
        guard let value, !value.isNull else { return [] }
        guard let items = value.arrayValue else {
            throw TrialRefusal(description: "\(path): Invalid value: must be a list of strings")
        }
        var strings: [String] = []
        for (index, item) in items.enumerated() {
            guard let string = item.stringValue else {
                throw TrialRefusal(description: "\(path)[\(index)]: Invalid value: \(item): must be a string; quote it")
            }
            strings.append(string)
        }
        return strings
    }
}

extension TrialCommand {
    /// The entries of `env` in order, each expanded with those before it.
    private static func variables(
        _ value: JSONValue?,
        after earlier: [String: String]
    ) throws(TrialRefusal) -> [EnvironmentVariable] {
        guard let value, !value.isNull else { return [] }
        guard let items = value.arrayValue else {
            throw TrialRefusal(description: "spec.trainer.env: Invalid value: must be a list")
        }
        var known = earlier
        var variables: [EnvironmentVariable] = []
        for (index, item) in items.enumerated() {
            let path = "spec.trainer.env[\(index)]"
            guard let name = item["name"]?.stringValue, !name.isEmpty,
                !name.utf8.contains(where: { $0 == 0 || $0 == 61 })
            else {
                throw TrialRefusal(description: "\(path).name: Invalid value: must be a name without \"=\"")
            }
            guard let text = try text(of: item, at: path) else { continue }
            let expanded = VariableExpansion.expand(text, with: known)
            guard !expanded.utf8.contains(0) else {
                throw TrialRefusal(description: "\(path).value: Invalid value: must not contain the NUL character")
            }
            known[name] = expanded
            variables.append(EnvironmentVariable(name: name, value: expanded))
        }
        return variables
    }

    /// An entry's text before expansion; `nil` for an optional reference, which has nothing to refer to here.
    ///
    /// A value that is not empty wins over `valueFrom`, as in the kubelet.
    private static func text(of item: JSONValue, at path: String) throws(TrialRefusal) -> String? {
        if let value = item["value"], !value.isNull {
            guard let text = value.stringValue else {
                throw TrialRefusal(description: "\(path).value: Invalid value: \(value): must be a string; quote it")
            }
            if !text.isEmpty { return text }
        }
        guard let sources = item["valueFrom"]?.objectValue, let source = sources.first(where: { !$0.value.isNull })
        else { return "" }
        if source.value["optional"]?.boolValue == true { return nil }
        throw TrialRefusal(
            description: "\(path).valueFrom.\(source.key): Forbidden: a local trial has no Secrets, ConfigMaps or pod "
                + "fields; set a value, or leave the entry out and export the variable before starting"
        )
    }
}
