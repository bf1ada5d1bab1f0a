/// A text compared byte by byte.
///
/// Swift's `String` calls `"\u{E9}"` and `"e\u{301}"` equal, since both read "e with acute". A training script that
/// receives them does not, and neither does Kubernetes, so two such choices are two points of a space.
struct ExactText: Hashable {
    let text: String

    static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 {
            hasher.combine(byte)
        }
        hasher.combine(UInt8.max)  // never a byte of UTF-8: ends the text
    }
}
