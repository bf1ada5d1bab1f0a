import JSON
import Kubernetes

/// Webhook configurations: defaults, and what has to be there.
struct WebhookConfigurationRules: KindRules {
    let isMutating: Bool

    func defaulted(_ object: JSONValue) -> JSONValue {
        guard let webhooks = object["webhooks"]?.arrayValue else { return object }
        var object = object
        object["webhooks"] = .array(webhooks.map(defaultedWebhook))
        return object
    }

    private func defaultedWebhook(_ webhook: JSONValue) -> JSONValue {
        guard webhook.objectValue != nil else { return webhook }
        var webhook = webhook
        func fill(_ name: String, _ value: JSONValue) {
            if webhook[name]?.isNull ?? true { webhook[name] = value }
        }
        fill("failurePolicy", "Fail")
        fill("matchPolicy", "Equivalent")
        fill("namespaceSelector", [:])
        fill("objectSelector", [:])
        fill("timeoutSeconds", 10)
        if isMutating { fill("reinvocationPolicy", "Never") }
        if var config = webhook["clientConfig"], var service = config["service"], service.objectValue != nil {
            if service["port"]?.isNull ?? true { service["port"] = 443 }
            config["service"] = service
            webhook["clientConfig"] = config
        }
        if let rules = webhook["rules"]?.arrayValue {
            webhook["rules"] = .array(
                rules.map { rule in
                    guard rule.objectValue != nil else { return rule }
                    var rule = rule
                    if rule["scope"]?.isNull ?? true { rule["scope"] = "*" }
                    return rule
                }
            )
        }
        return webhook
    }

    func checkShape(_ object: JSONValue, kind: ServedKind) throws(Status) {
        guard let webhooks = object["webhooks"], !webhooks.isNull else { return }
        guard let elements = webhooks.arrayValue, elements.allSatisfy({ $0.objectValue != nil }) else {
            throw .undecodable(kind, "json: cannot unmarshal into Go struct field \(kind.type.kind).webhooks")
        }
        for element in elements {
            for (field, isRight) in shape(of: element) where !isRight {
                throw .undecodable(
                    kind,
                    "json: cannot unmarshal into Go struct field \(kind.type.kind).webhooks.\(field)"
                )
            }
            if let bundle = element["clientConfig"]?["caBundle"]?.stringValue, Base64.decode(bundle) == nil {
                throw .undecodable(kind, "illegal base64 data in webhooks.clientConfig.caBundle")
            }
        }
    }

    private func shape(of webhook: JSONValue) -> [(String, Bool)] {
        func absent(_ value: JSONValue?) -> Bool { value?.isNull ?? true }
        func isText(_ value: JSONValue?) -> Bool { absent(value) || value?.stringValue != nil }
        func isObject(_ value: JSONValue?) -> Bool { absent(value) || value?.objectValue != nil }
        func isInteger(_ value: JSONValue?) -> Bool { absent(value) || value?.int64Value != nil }
        func isTexts(_ value: JSONValue?) -> Bool {
            absent(value) || value?.arrayValue?.allSatisfy { $0.stringValue != nil } ?? false
        }
        let config = webhook["clientConfig"]
        let rules = webhook["rules"]
        return [
            ("name", isText(webhook["name"])), ("clientConfig", isObject(config)),
            ("clientConfig.url", isText(config?["url"])), ("clientConfig.caBundle", isText(config?["caBundle"])),
            ("clientConfig.service", isObject(config?["service"])),
            ("clientConfig.service.name", isText(config?["service"]?["name"])),
            ("clientConfig.service.namespace", isText(config?["service"]?["namespace"])),
            ("clientConfig.service.path", isText(config?["service"]?["path"])),
            ("clientConfig.service.port", isInteger(config?["service"]?["port"])),
            ("failurePolicy", isText(webhook["failurePolicy"])), ("sideEffects", isText(webhook["sideEffects"])),
            ("timeoutSeconds", isInteger(webhook["timeoutSeconds"])),
            ("namespaceSelector", isObject(webhook["namespaceSelector"])),
            ("objectSelector", isObject(webhook["objectSelector"])),
            ("admissionReviewVersions", isTexts(webhook["admissionReviewVersions"])),
            ("rules", absent(rules) || rules?.arrayValue?.allSatisfy { $0.objectValue != nil } ?? false),
        ]
            + (rules?.arrayValue ?? []).flatMap { rule in
                ["operations", "apiGroups", "apiVersions", "resources"].map { ("rules.\($0)", isTexts(rule[$0])) }
            }
    }

    func problems(_ object: JSONValue, old: JSONValue?) -> [StatusCause] {
        var problems: [StatusCause] = []
        var names: Set<String> = []
        for (index, webhook) in (object["webhooks"]?.arrayValue ?? []).enumerated() {
            let path = "webhooks[\(index)]"
            let name = webhook["name"]?.stringValue ?? ""
            problems += nameProblems(name, path: "\(path).name")
            if !names.insert(name).inserted {
                problems.append(.duplicate("\(path).name", .string(name)))
            }
            problems += ruleProblems(webhook, path: path)
            problems += policyProblems(webhook, path: path)
            problems += clientProblems(webhook["clientConfig"], path: "\(path).clientConfig")
            problems += versionProblems(webhook, path: "\(path).admissionReviewVersions")
            for name in ["namespaceSelector", "objectSelector"] where (try? Webhook.selector(webhook[name])) == nil {
                problems.append(.invalid("\(path).\(name)", webhook[name], "is not a label selector"))
            }
            if webhook["matchConditions"]?.arrayValue?.isEmpty == false {
                problems.append(
                    .forbidden("\(path).matchConditions", "expressions are not evaluated by the local API server")
                )
            }
        }
        return problems
    }

    private func nameProblems(_ name: String, path: String) -> [StatusCause] {
        if name.isEmpty { return [.required(path)] }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard NameRules.subdomainProblems(name).isEmpty, labels.count >= 3 else {
            return [.invalid(path, .string(name), "should be a domain with at least three segments separated by dots")]
        }
        return []
    }

    private func ruleProblems(_ webhook: JSONValue, path: String) -> [StatusCause] {
        var problems: [StatusCause] = []
        for (index, rule) in (webhook["rules"]?.arrayValue ?? []).enumerated() {
            for name in ["operations", "apiGroups", "apiVersions", "resources"]
            where rule[name]?.arrayValue?.isEmpty ?? true {
                problems.append(.required("\(path).rules[\(index)].\(name)"))
            }
            for (place, operation) in (rule["operations"]?.arrayValue ?? []).enumerated()
            where !["*", "CONNECT", "CREATE", "DELETE", "UPDATE"].contains(operation.stringValue ?? "") {
                problems.append(
                    .notSupported(
                        "\(path).rules[\(index)].operations[\(place)]",
                        operation,
                        supported: ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"]
                    )
                )
            }
            if let scope = rule["scope"], !["*", "Cluster", "Namespaced"].contains(scope.stringValue ?? "") {
                problems.append(
                    .notSupported("\(path).rules[\(index)].scope", scope, supported: ["*", "Cluster", "Namespaced"])
                )
            }
        }
        return problems
    }

    private func policyProblems(_ webhook: JSONValue, path: String) -> [StatusCause] {
        var problems: [StatusCause] = []
        if let policy = webhook["failurePolicy"], !["Fail", "Ignore"].contains(policy.stringValue ?? "") {
            problems.append(.notSupported("\(path).failurePolicy", policy, supported: ["Fail", "Ignore"]))
        }
        switch webhook["sideEffects"]?.stringValue {
        case nil: problems.append(.required("\(path).sideEffects", "must specify one of None, NoneOnDryRun"))
        case "None", "NoneOnDryRun": break
        case let other?:
            problems.append(
                .notSupported("\(path).sideEffects", .string(other), supported: ["None", "NoneOnDryRun"])
            )
        }
        if let seconds = webhook["timeoutSeconds"]?.int64Value, !(1...30).contains(seconds) {
            problems.append(
                .invalid(
                    "\(path).timeoutSeconds",
                    .number(JSONNumber(seconds)),
                    "the timeout value must be between 1 and 30 seconds"
                )
            )
        }
        return problems
    }

    private func clientProblems(_ config: JSONValue?, path: String) -> [StatusCause] {
        let url = config?["url"]?.stringValue
        let service = config?["service"].flatMap { $0.isNull ? nil : $0 }
        switch (url, service) {
        case (nil, nil), (_?, _?):
            return [.required(path, "exactly one of url or service is required")]
        case (let url?, nil):
            guard url.hasPrefix("https://") else {
                return [
                    .invalid(
                        "\(path).url",
                        .string(url),
                        "'https' is the only allowed URL scheme; desired format: https://host[/path]"
                    )
                ]
            }
            guard !url.contains("?"), !url.contains("#"), !url.contains("@") else {
                return [
                    .invalid(
                        "\(path).url",
                        .string(url),
                        "user information, query parameters and fragments are not permitted in the URL"
                    )
                ]
            }
            guard WebhookAddress(url: url) != nil else {
                return [
                    .invalid("\(path).url", .string(url), "host must be specified; desired format: https://host[/path]")
                ]
            }
            return []
        case (nil, let service?):
            var problems: [StatusCause] = []
            for name in ["name", "namespace"] where (service[name]?.stringValue ?? "").isEmpty {
                problems.append(.required("\(path).service.\(name)", "service \(name) is required"))
            }
            if let port = service["port"]?.int64Value, !(1...65535).contains(port) {
                problems.append(
                    .invalid(
                        "\(path).service.port",
                        .number(JSONNumber(port)),
                        "port is not valid: must be between 1 and 65535, inclusive"
                    )
                )
            }
            return problems
        }
    }

    private func versionProblems(_ webhook: JSONValue, path: String) -> [StatusCause] {
        let versions = (webhook["admissionReviewVersions"]?.arrayValue ?? []).compactMap(\.stringValue)
        if versions.isEmpty { return [.required(path, "must specify one of v1, v1beta1")] }
        guard versions.contains("v1") else {
            return [
                .invalid(
                    path,
                    .array(versions.map { .string($0) }),
                    "must include at least one of v1, v1beta1"
                )
            ]
        }
        return []
    }
}
