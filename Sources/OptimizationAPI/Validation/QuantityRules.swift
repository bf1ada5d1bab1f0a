import JSON

/// Rules on a quantity of a resource: `2`, `500m`, `1.5Gi`.
enum QuantityRules {
    /// The pattern of `k8s.io/apimachinery/pkg/api/resource.Quantity`, as messages show it.
    private static let pattern =
        #"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"#
        + #"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$"#

    static func check(_ value: JSONValue, _ findings: inout Findings) {
        switch value {
        case .number(let number) where number.int64 != nil:
            break
        case .string(let text):
            if !text.withUTF8Bytes(isQuantity) {
                findings.add(.invalid, value, "\(findings.path) in body should match '\(pattern)'")
            }
        default:
            findings.wrongType(value, expected: "integer,string")
        }
    }

    private static func isQuantity(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = text[...]
        func take(_ bytes: StaticString) -> Bool {
            guard let first = rest.first, bytes.withUTF8Buffer({ $0.contains(first) }) else { return false }
            rest.removeFirst()
            return true
        }
        func takeNumber() -> Bool {
            var digits = 0
            while take("0123456789") { digits += 1 }
            if take(".") {
                while take("0123456789") { digits += 1 }
            }
            return digits > 0
        }
        _ = take("+-")
        guard takeNumber() else { return false }
        if rest.isEmpty { return true }
        if rest.count == 2, rest.last == UInt8(ascii: "i") { return take("KMGTPE") }
        // "E" alone is the suffix exa; followed by a number it is an exponent.
        if rest.count == 1 { return take("numkMGTPE") }
        guard take("eE") else { return false }
        _ = take("+-")
        return takeNumber() && rest.isEmpty
    }
}
