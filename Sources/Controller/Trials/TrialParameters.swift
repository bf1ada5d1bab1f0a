import JSON
import Kubernetes
import OptimizationAPI

/// A trial's parameters as its TrainJob's annotation has them.
enum TrialParameters {
    /// The assignment as one JSON object of strings, in the order of the parameters.
    static func text(_ parameters: [ParameterAssignment]) -> String {
        var object = JSONObject()
        for parameter in parameters { object[parameter.name] = .string(parameter.value) }
        return JSONValue.object(object).description
    }

    /// What a TrainJob's annotation says, in the order of `names`; `nil` unless it has a text for each of them and for
    /// nothing else.
    static func read(from metadata: ObjectMeta, names: [String]) -> [ParameterAssignment]? {
        guard let text = metadata.annotations[Annotations.parameters],
            let object = (try? JSONValue(parsing: Array(text.utf8)))?.objectValue, object.count == names.count
        else { return nil }
        var parameters: [ParameterAssignment] = []
        for name in names {
            guard let value = object[name]?.stringValue else { return nil }
            parameters.append(ParameterAssignment(name: name, value: value))
        }
        return parameters
    }
}
