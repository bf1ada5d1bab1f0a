import JSON

@testable import OptimizationAPI

/// The tables of `docs/api.md`, as the CustomResourceDefinition gives them.
struct APIReference {
    private let schema: CRDSchema

    init(_ crd: JSONValue) {
        schema = CRDSchema(crd)
    }

    /// What belongs between the page's marks.
    var text: String {
        """
        ## Spec

        A field in **bold** is required where the object it belongs to is there. Unless the last column says otherwise, a field
        cannot change once the job exists.

        | Field | Type | Default | Range | Meaning | Can change |
        |---|---|---|---|---|---|
        \(rows("spec.").joined(separator: "\n"))

        ## Status

        Written by the controller alone.

        | Field | Type | Range | Meaning |
        |---|---|---|---|
        \(rows("status.").joined(separator: "\n"))
        """
    }

    private func rows(_ prefix: String) -> [String] {
        schema.fields.filter { isListed($0, under: prefix) }.map { field in
            let name = "`\(field.path.dropFirst(prefix.count))`"
            var cells = [field.isRequired ? "**\(name)**" : name, type(of: field)]
            if prefix == "spec." { cells.append(field["default"].map { "`\($0)`" } ?? "") }
            cells += [range(of: field), meaning(of: field)]
            if prefix == "spec." { cells.append(change(of: field)) }
            return "| \(cells.joined(separator: " | ")) |"
        }
    }

    /// Elements of lists are told with the list; what is only there to be refused is not told.
    private func isListed(_ field: CRDSchema.Field, under prefix: String) -> Bool {
        let hidden = ["finalizers", "finalizers[]", "name", "namespace"].map { "spec.trainJobTemplate.metadata.\($0)" }
        return field.path.hasPrefix(prefix) && !field.path.hasSuffix("[]") && !hidden.contains(field.path)
    }

    private func type(of field: CRDSchema.Field) -> String {
        switch field["type"]?.stringValue {
        case "array": "list of \(field["items"]?["type"]?.stringValue ?? "")s"
        case "object" where field["additionalProperties"] != nil: "map of strings"
        case "string" where field["pattern"]?.stringValue == DecimalText.pattern: "number as string"
        case "string" where field["format"] == "date-time": "time"
        case let type?: field["format"]?.stringValue ?? type
        case nil: ""
        }
    }

    private func range(of field: CRDSchema.Field) -> String {
        if let words = field["enum"]?.arrayValue {
            return words.compactMap(\.stringValue).map { "`\($0)`" }.joined(separator: ", ")
        }
        if field["pattern"]?.stringValue == DecimalText.pattern { return "" }
        var parts: [String] = []
        for (minimum, maximum, unit) in [
            ("minimum", "maximum", ""), ("minLength", "maxLength", " characters"), ("minItems", "maxItems", " items"),
        ] {
            switch (field[minimum]?.int64Value, field[maximum]?.int64Value) {
            case (let low?, let high?): parts.append("\(low) to \(high)\(unit)")
            case (let low?, nil): parts.append("\(low) or more\(unit)")
            case (nil, let high?): parts.append("up to \(high)\(unit)")
            case (nil, nil): break
            }
        }
        if field["type"] == "array", let items = field["items"], items["type"] != "object" {
            let item = CRDSchema.Field(path: "", schema: items, isRequired: false)
            let each = range(of: item)
            if !each.isEmpty { parts.append("each \(each)") }
        }
        return parts.joined(separator: ", ")
    }

    private func meaning(of field: CRDSchema.Field) -> String {
        field["description"]?.stringValue?.replacing("|", with: "\\|") ?? ""
    }

    private func change(of field: CRDSchema.Field) -> String {
        let member = field.path.split(separator: ".").dropFirst().first.map(String.init) ?? ""
        let name = member.replacing("[]", with: "")
        if UpdateRules.immutable.contains(name) { return "" }
        return name == "numTrials" ? "only up" : "yes"
    }
}
