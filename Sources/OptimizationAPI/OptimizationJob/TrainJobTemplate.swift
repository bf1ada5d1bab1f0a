import JSON

/// What every trial's TrainJob starts from.
public struct TrainJobTemplate: Sendable, Hashable {
    /// Labels for the TrainJob.
    public var labels: [String: String]
    /// Annotations for the TrainJob.
    public var annotations: [String: String]
    /// The TrainJob's `spec` as written, fields unknown to us included.
    public var spec: JSONValue

    /// Makes a template.
    public init(labels: [String: String] = [:], annotations: [String: String] = [:], spec: JSONValue) {
        self.labels = labels
        self.annotations = annotations
        self.spec = spec
    }

    /// The template as a spec carries it; maps are sorted by key.
    public var json: JSONValue {
        var metadata = JSONObject()
        for (field, entries) in [("labels", labels), ("annotations", annotations)] where !entries.isEmpty {
            var object = JSONObject()
            for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
                object[key] = .string(value)
            }
            metadata[field] = .object(object)
        }
        var template = JSONObject()
        if !metadata.isEmpty { template["metadata"] = .object(metadata) }
        template["spec"] = spec
        return .object(template)
    }
}
