/// The text with control characters (line breaks and escape sequences among them) written as `\u{…}`.
///
/// Names, values and messages come from manifests, trials, requests and their like: printed as they are,
/// they could move the cursor, repaint the screen, or look like another line of a log.
public func printable(_ text: String) -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: true
        default: false
        }
    }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if scalar == "\n" {
            result += "\\n"
        } else if scalar == "\t" {
            result += "\\t"
        } else if isControl(scalar) {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}
