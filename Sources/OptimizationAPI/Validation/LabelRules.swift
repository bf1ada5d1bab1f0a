import JSON
import Kubernetes

/// Rules on labels and annotations.
///
/// Those of the template matter most: an API server checks their spelling only when a trial is created, which is too late.
enum LabelRules {
    /// Bytes that all annotations of an object can have, names and values (`TotalAnnotationSizeLimitB` of Kubernetes).
    private static let annotationBytes = 256 << 10

    static func check(_ metadata: JSONObject, _ findings: inout Findings) {
        if let labels = findings.object("labels", in: metadata) {
            findings.at("labels") { findings in
                check(labels, NameRules.labelKeyProblems, NameRules.labelValueProblems, &findings)
            }
        }
        if let annotations = findings.object("annotations", in: metadata) {
            findings.at("annotations") { findings in
                check(annotations, NameRules.annotationKeyProblems, { _ in [] }, &findings)
                let bytes = annotations.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
                if bytes > annotationBytes {
                    findings.add(.tooLong, nil, "may not be more than \(annotationBytes) bytes")
                }
            }
        }
    }

    private static func check(
        _ entries: JSONObject,
        _ keyProblems: (String) -> [String],
        _ valueProblems: (String) -> [String],
        _ findings: inout Findings
    ) {
        for (key, value) in entries where !value.isNull {
            findings.at(key) { findings in
                guard let text = findings.string(value) else { return }
                for problem in keyProblems(key) {
                    findings.add(.invalid, .string(key), problem)
                }
                for problem in valueProblems(text) {
                    findings.add(.invalid, value, problem)
                }
            }
        }
    }
}
