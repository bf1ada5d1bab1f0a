import JSON

extension JSONValue {
    /// The value with whole numbers written as digits alone: `4.0` and `1e1` are 4 and 10.
    ///
    /// An API server takes only digits for an integer, but kubectl reads every number before it sends it, so that a manifest
    /// with `4.0` can be applied. Numbers beyond 64 bits stay as they are.
    var asKubectlSendsIt: JSONValue {
        switch self {
        case .number(let number):
            guard number.int64 == nil, let whole = number.double.flatMap({ Int64(exactly: $0) }) else { return self }
            return .number(JSONNumber(whole))
        case .array(let items): return .array(items.map(\.asKubectlSendsIt))
        case .object(let object):
            var result = JSONObject()
            for (key, value) in object { result[key] = value.asKubectlSendsIt }
            return .object(result)
        case .null, .bool, .string: return self
        }
    }
}
