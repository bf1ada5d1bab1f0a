import Glibc

/// The `$(NAME)` references Kubernetes would expand in a text.
///
/// The rules are those of `k8s.io/kubernetes/third_party/forked/golang/expansion`: `$$` stands for a dollar sign, so
/// `$$(NAME)` is no reference; `$(` without a closing parenthesis and `$` before anything else mean themselves.
enum VariableReferences {
    /// Calls `visit` with every name referred to, in order, repeats included.
    static func forEach(in text: String, _ visit: (String) -> Void) {
        let dollar = UInt8(ascii: "$")
        guard contains(dollar, text) else { return }
        let bytes = Array(text.utf8)
        // Looked for once: a long text of references that never end would be searched to its end for each of them.
        guard let lastEnd = bytes.lastIndex(of: UInt8(ascii: ")")) else { return }
        var position = 0
        while position + 1 < lastEnd {
            guard bytes[position] == dollar else {
                position += 1
                continue
            }
            if bytes[position + 1] == UInt8(ascii: "("),
                let end = bytes[(position + 2)...lastEnd].firstIndex(of: UInt8(ascii: ")"))
            {
                visit(String(decoding: bytes[(position + 2)..<end], as: UTF8.self))
                position = end + 1
            } else {
                position += 2
            }
        }
    }

    /// Templates can carry hundreds of kilobytes of arguments, which `memchr` scans ten times faster than a loop.
    private static func contains(_ byte: UInt8, _ text: String) -> Bool {
        let found = text.utf8.withContiguousStorageIfAvailable { bytes in
            bytes.baseAddress.map { memchr($0, CInt(byte), bytes.count) != nil } ?? false
        }
        return found ?? text.utf8.contains(byte)
    }
}
