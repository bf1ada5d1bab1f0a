import JSON
import Kubernetes

/// Rules on the template that every trial's TrainJob is made from.
enum TemplateRules {
    private static let members = Members("apiVersion", "kind", "metadata", "spec")
    private static let metadataMembers = Members("name", "namespace", "labels", "annotations", "finalizers")
    private static let typeMembers = [
        ("apiVersion", ResourceType.trainJobs.apiVersion), ("kind", ResourceType.trainJobs.kind),
    ]

    /// - Parameter variables: What the job's parameters become.
    static func check(
        _ spec: JSONObject,
        variables: ParameterVariables,
        _ options: ValidationOptions,
        _ findings: inout Findings
    ) {
        guard let template = findings.object("trainJobTemplate", in: spec, required: true) else { return }
        findings.at("trainJobTemplate") { findings in
            checkResource(template, options, &findings)
            if let metadata = findings.object("metadata", in: template) {
                findings.at("metadata") { checkMetadata(metadata, &$0) }
            }
            if let trainJob = findings.object("spec", in: template, required: true) {
                findings.at("spec") { findings in
                    TrainJobRules.check(trainJob, &findings)
                    EnvironmentRules.check(trainJob, variables, &findings)
                }
            }
            findings.checkMembers(of: template, members)
        }
    }

    /// A template is one of a TrainJob. Where nothing pruned it, it may say so, or something else.
    private static func checkResource(
        _ template: JSONObject,
        _ options: ValidationOptions,
        _ findings: inout Findings
    ) {
        guard options.admitsTrainJobs else {
            findings.add(
                .notSupported,
                .string(TrialResource.trainJob.description),
                "trials of this kind are not among --trial-resources of the webhook"
            )
            return
        }
        for (field, expected) in typeMembers {
            guard let value = findings.string(field, in: template), value != expected else { continue }
            findings.add(at: field, .notSupported, .string(value), "supported values: \"\(expected)\"")
        }
    }

    private static func checkMetadata(_ metadata: JSONObject, _ findings: inout Findings) {
        for field in ["name", "namespace"] {
            guard let value = metadata[field], !value.isNull else { continue }
            findings.add(at: field, .invalid, value, "name and namespace cannot be set in a template.")
        }
        LabelRules.check(metadata, &findings)
        if let finalizers = metadata["finalizers"], !finalizers.isNull {
            findings.warn(
                "\(findings.path.key("finalizers")): not copied to trials, which they would keep from being deleted"
            )
        }
        findings.checkMembers(of: metadata, metadataMembers)
    }
}
