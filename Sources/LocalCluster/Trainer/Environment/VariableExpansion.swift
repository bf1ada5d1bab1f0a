/// Expands `$(NAME)` in text the way a kubelet does for a container's `command`, `args` and `env` values.
///
/// | Text | Becomes |
/// |---|---|
/// | `$(NAME)` | the variable's value; unchanged when there is no such variable |
/// | `$$` | `$`, so `$$(NAME)` is the literal text `$(NAME)` |
/// | `$(NAME` | unchanged: the reference never ends |
/// | `$x`, `${NAME}`, a last `$` | unchanged: only parentheses make a reference |
///
/// One pass: a value put in is not expanded again, so a value cannot smuggle in a reference.
///
/// Source: `third_party/forked/golang/expansion/expand.go` in Kubernetes. One difference: after a `$` that begins no
/// reference, Kubernetes reads one byte as if it were Latin-1 and so garbles `$é`; here the character stays as it is.
enum VariableExpansion {
    /// Bytes that one argument or variable of a process can have: Linux' `MAX_ARG_STRLEN` without the NUL at the end.
    static let limit = 131_071

    /// The text with every reference to one of `variables` replaced.
    ///
    /// - Returns: `nil` when it would be longer than `limit`: a few variables that each refer to the one before twice come to
    ///   more than any memory holds.
    static func expand(_ text: String, with variables: [String: String]) -> String? {
        let dollar = UInt8(ascii: "$")
        guard text.utf8.contains(dollar) else { return text.utf8.count <= limit ? text : nil }
        let source = Array(text.utf8)
        var result: [UInt8] = []
        result.reserveCapacity(min(source.count, limit))
        // Whether a reference can still end: without that, every `$(` of a text that ends none is searched to the end.
        let lastEnd = source.lastIndex(of: UInt8(ascii: ")")) ?? -1
        var position = 0
        while position < source.count, result.count <= limit {
            let byte = source[position]
            guard byte == dollar, position + 1 < source.count else {
                result.append(byte)
                position += 1
                continue
            }
            switch source[position + 1] {
            case dollar:
                result.append(dollar)
                position += 2
            case UInt8(ascii: "("):
                let start = position + 2
                guard start <= lastEnd, let end = source[start...].firstIndex(of: UInt8(ascii: ")")) else {
                    result.append(contentsOf: source[position..<start])
                    position = start
                    continue
                }
                let name = String(decoding: source[start..<end], as: UTF8.self)
                if let value = variables[name] {
                    result.append(contentsOf: value.utf8)
                } else {
                    result.append(contentsOf: source[position...end])
                }
                position = end + 1
            default:
                result.append(dollar)
                position += 1
            }
        }
        return result.count <= limit ? String(decoding: result, as: UTF8.self) : nil
    }
}
