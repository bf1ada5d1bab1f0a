import JSON

/// What a template says about the variables of its training container.
struct EnvironmentUsage {
    /// The entries of `trainer.env`, of any shape.
    let entries: [JSONValue]
    /// Names like those of parameters' variables that `trainer.command`, `trainer.args` or the values of `trainer.env`
    /// refer to as `$(NAME)`: each once, in the order they come.
    private(set) var references: [String] = []
    /// All other names referred to, in the same way.
    private(set) var otherReferences: [String] = []
    private var seen: Set<String> = []
    /// The names of `entries`, where they are so many that looking through them for each reference takes long.
    private let names: Set<String>?

    /// Among so many, looking through them all is quicker than hashing.
    private static let few = 8

    /// Reads a TrainJob spec of any shape.
    init(of template: JSONValue) {
        let trainer = template["trainer"]
        entries = trainer?["env"]?.arrayValue ?? []
        names = entries.count > Self.few ? Set(entries.compactMap { $0["name"]?.stringValue }) : nil
        for field in ["command", "args"] {
            for text in trainer?[field]?.arrayValue ?? [] {
                note(text.stringValue)
            }
        }
        for entry in entries {
            note(entry["value"]?.stringValue)
        }
    }

    /// Whether the template sets a variable itself.
    func defines(_ name: String) -> Bool {
        names?.contains(name) ?? entries.contains { $0["name"]?.stringValue == name }
    }

    private mutating func note(_ text: String?) {
        guard let text else { return }
        VariableReferences.forEach(in: text) { name in
            guard seen.insert(name).inserted else { return }
            if name.hasPrefix(TrialEnvironment.prefix) || name.hasPrefix(TrialEnvironment.shortPrefix) {
                references.append(name)
            } else {
                otherReferences.append(name)
            }
        }
    }
}
