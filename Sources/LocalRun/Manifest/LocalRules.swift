import JSON
import LocalCluster
import OptimizationAPI

/// What a cluster has and this machine has not.
enum LocalRules {
    /// What a local run could not do as the manifest has it, where a cluster could.
    ///
    /// - Parameter object: An OptimizationJob of any shape, defaulted.
    static func problems(of object: JSONValue) -> [FieldError] {
        guard let spec = object["spec"] else { return [] }
        var problems = outsiders(of: spec, at: FieldPath("spec"), ownManager: Managers.controller)
        if let sources = spec["warmStartFrom"]?.arrayValue, !sources.isEmpty {
            let detail =
                "a local run has no other jobs; leave it out, or give earlier trials to \"optimizationjob suggest\""
            problems.append(FieldError(path: FieldPath("spec", "warmStartFrom"), reason: .forbidden, detail: detail))
        }
        let template = FieldPath("spec", "trainJobTemplate")
        guard let trainJob = spec["trainJobTemplate"]?["spec"], trainJob.objectValue != nil else { return problems }
        problems += outsiders(of: trainJob, at: template.key("spec"), ownManager: Managers.trainer)
        do {
            _ = try TrialInvocation(spec: trainJob)
        } catch {
            problems += error.errors.map { error in
                error.relocated(to: FieldPath(template.components + error.path.components))
            }
        }
        return problems
    }

    /// What leaves a job to somebody who is not here: it would wait for ever.
    private static func outsiders(of spec: JSONValue, at path: FieldPath, ownManager: String) -> [FieldError] {
        var problems: [FieldError] = []
        if spec["suspend"]?.boolValue == true {
            let detail = "nobody resumes it in a local run; leave it out or set false"
            problems.append(FieldError(path: path.key("suspend"), reason: .forbidden, detail: detail))
        }
        if let manager = spec["managedBy"]?.stringValue, !manager.isEmpty, manager != ownManager {
            let detail = "a local run has no such manager; leave it out or set \"\(ownManager)\""
            let value = JSONValue.string(manager)
            problems.append(
                FieldError(path: path.key("managedBy"), reason: .invalid, value: value, detail: detail)
            )
        }
        return problems
    }
}
