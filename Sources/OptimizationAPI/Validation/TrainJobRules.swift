import JSON

/// Upstream's rules on a TrainJob spec, as far as they concern what most templates set.
///
/// The API server checks every TrainJob again; finding a mistake here says so before the first trial instead of at every
/// one. Members not named here, such as what `runtimePatches` change, pass as they are.
enum TrainJobRules {
    private enum Known {
        static let spec = Members(
            "runtimeRef",
            "initializer",
            "trainer",
            "runtimePatches",
            "suspend",
            "activeDeadlineSeconds",
            "managedBy"
        )
        static let runtimeRef = Members("name", "apiGroup", "kind")
        static let trainer = Members(
            "image",
            "command",
            "args",
            "env",
            "numNodes",
            "resourcesPerNode",
            "numProcPerNode"
        )
        static let resources = Members("limits", "requests", "claims")
        static let initializer = Members("dataset", "model")
        static let source = Members("storageUri", "env", "secretRef")
        static let variable = Members("name", "value", "valueFrom")
        static let patch = Members("manager", "time", "trainingRuntimeSpec")
    }

    static func check(_ spec: JSONObject, _ findings: inout Findings) {
        findings.warnOfMisspelt(in: spec, Known.spec)
        if let runtime = findings.object("runtimeRef", in: spec, required: true) {
            findings.at("runtimeRef") { findings in
                findings.warnOfMisspelt(in: runtime, Known.runtimeRef)
                _ = findings.string("name", in: runtime, required: true, length: 1...253)
                warnUnknown("apiGroup", in: runtime, known: runtimeGroups, &findings)
                warnUnknown("kind", in: runtime, known: runtimeKinds, &findings)
            }
        }
        if let trainer = findings.object("trainer", in: spec) {
            findings.at("trainer") { checkTrainer(trainer, &$0) }
        }
        if let initializer = findings.object("initializer", in: spec) {
            findings.at("initializer") { checkInitializer(initializer, &$0) }
        }
        checkPatches(of: spec, &findings)
        if let manager = findings.string("managedBy", in: spec, length: 0...253),
            ![Managers.trainer, Managers.multiKueue].contains(manager)
        {
            findings.add(
                at: "managedBy",
                .invalid,
                .string(manager),
                "ManagedBy must be trainer.kubeflow.org/trainjob-controller or kueue.x-k8s.io/multikueue if set"
            )
        }
        _ = findings.integer("activeDeadlineSeconds", in: spec, .int64, range: 1...(.max))
        if findings.bool("suspend", in: spec) == true {
            findings.warn(
                "\(findings.path.key("suspend")): every trial starts suspended and waits for someone to resume it"
            )
        }
    }

    private static let runtimeGroups = ["trainer.kubeflow.org"]
    private static let runtimeKinds = ["ClusterTrainingRuntime", "TrainingRuntime"]

    /// Kubeflow Trainer's webhook refuses other runtimes, trial by trial.
    private static func warnUnknown(
        _ field: String,
        in runtime: JSONObject,
        known: [String],
        _ findings: inout Findings
    ) {
        guard let text = findings.string(field, in: runtime, length: 0...253) else { return }
        guard !known.contains(text) else { return }
        findings.warn("\(findings.path.key(field)): Trainer knows \(known.joined(separator: " and ")) alone")
    }

    /// Whose patches of the runtime they are: each manager's once.
    private static func checkPatches(of spec: JSONObject, _ findings: inout Findings) {
        guard let patches = findings.list("runtimePatches", in: spec, count: 0...16) else { return }
        var managers = DistinctValues()
        findings.forEachObject(of: patches, at: "runtimePatches") { _, patch, findings in
            findings.warnOfMisspelt(in: patch, Known.patch)
            warnOfEnvironments(in: patch, &findings)
            guard let manager = findings.string("manager", in: patch, required: true, length: 1...253) else {
                return
            }
            if !managers.insert(.string(manager)) {
                findings.add(.duplicate, ["manager": .string(manager)])
            }
            if !manager.utf8.contains(UInt8(ascii: "/")) {
                findings.warn(
                    "\(findings.path.key("manager")): Trainer wants a domain before it, as in example.com/\(manager)"
                )
            }
        }
    }

    /// Containers whose variables a patch may not set, and where they are set instead.
    private static let environments = [
        "node": "trainer.env", "dataset-initializer": "initializer.dataset.env",
        "model-initializer": "initializer.model.env",
    ]

    /// Trainer's webhook refuses such patches, trial by trial.
    private static func warnOfEnvironments(in patch: JSONObject, _ findings: inout Findings) {
        let jobs = patch["trainingRuntimeSpec"]?["template"]?["spec"]?["replicatedJobs"]?.arrayValue ?? []
        for job in jobs {
            let pod = job["template"]?["spec"]?["template"]?["spec"]
            let containers = (pod?["containers"]?.arrayValue ?? []) + (pod?["initContainers"]?.arrayValue ?? [])
            for container in containers {
                guard let name = container["name"]?.stringValue, let right = environments[name],
                    container["env"]?.arrayValue?.isEmpty == false
                else { continue }
                findings.warn("\(findings.path): Trainer refuses env of container \(name); set \(right) instead")
            }
        }
    }

    private static func checkTrainer(_ trainer: JSONObject, _ findings: inout Findings) {
        findings.warnOfMisspelt(in: trainer, Known.trainer)
        _ = findings.string("image", in: trainer, length: 0...500)
        for field in ["command", "args"] {
            guard let texts = findings.list(field, in: trainer, count: 0...128) else { continue }
            findings.at(field) { findings in
                for (index, text) in texts.enumerated() {
                    _ = findings.string(at: index, text, length: 0...1_048_576)
                }
            }
        }
        checkEnvironment(of: trainer, &findings)
        _ = findings.integer("numNodes", in: trainer, .int32, range: 0...(.max))
        if let processes = findings.integer("numProcPerNode", in: trainer, .int32), processes < 1 {
            findings.add(
                at: "numProcPerNode",
                .invalid,
                .number(JSONNumber(processes)),
                "numProcPerNode must be greater than or equal to 1"
            )
        }
        if let resources = findings.object("resourcesPerNode", in: trainer) {
            findings.at("resourcesPerNode") { findings in
                findings.warnOfMisspelt(in: resources, Known.resources)
                for field in ["limits", "requests"] {
                    guard let quantities = findings.object(field, in: resources) else { continue }
                    findings.at(field) { findings in
                        for (name, quantity) in quantities where !quantity.isNull {
                            findings.at(name) { QuantityRules.check(quantity, &$0) }
                        }
                    }
                }
            }
        }
    }

    private static func checkInitializer(_ initializer: JSONObject, _ findings: inout Findings) {
        findings.warnOfMisspelt(in: initializer, Known.initializer)
        for field in ["dataset", "model"] {
            guard let source = findings.object(field, in: initializer) else { continue }
            findings.at(field) { findings in
                findings.warnOfMisspelt(in: source, Known.source)
                if let uri = findings.string("storageUri", in: source, length: 0...2048), !isURI(uri) {
                    findings.add(
                        at: "storageUri",
                        .invalid,
                        .string(uri),
                        "storageUri may be empty, or it must be a valid URI (scheme://...)"
                    )
                }
                checkEnvironment(of: source, &findings)
            }
        }
    }

    /// The `env` of `parent`: named entries, each name once.
    private static func checkEnvironment(of parent: JSONObject, _ findings: inout Findings) {
        guard let entries = findings.list("env", in: parent, count: 0...TrialEnvironment.limit) else { return }
        var names = DistinctValues()
        findings.forEachObject(of: entries, at: "env") { _, entry, findings in
            findings.warnOfMisspelt(in: entry, Known.variable)
            _ = findings.string("value", in: entry)
            guard let name = findings.string("name", in: entry, required: true) else { return }
            if !names.insert(.string(name)) {
                findings.add(.duplicate, ["name": .string(name)])
            }
            if name.isEmpty || name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 < 0x20 || $0 > 0x7E }) {
                findings.warn("\(findings.path.key("name")): no variable can have this name, so no pod can be made")
            }
            if let source = entry["valueFrom"], !source.isNull, entry["value"]?.stringValue?.isEmpty == false {
                findings.warn("\(findings.path): both value and valueFrom are set, so no pod can be made")
            }
        }
    }

    /// Empty, or `^[A-Za-z][A-Za-z0-9+.-]*://.+$`.
    private static func isURI(_ text: String) -> Bool {
        guard !text.isEmpty else { return true }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let isLetter = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        let isSchemeByte = { (byte: UInt8) in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "-")].contains(byte)
        }
        let scheme = text.utf8[..<colon]
        guard let first = scheme.first, isLetter(first), scheme.allSatisfy(isSchemeByte) else { return false }
        let rest = text.utf8[colon...]
        return rest.starts(with: "://".utf8) && rest.count > 3 && !rest.contains(UInt8(ascii: "\n"))
    }
}
