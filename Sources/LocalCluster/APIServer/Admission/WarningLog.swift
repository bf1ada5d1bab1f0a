import Synchronization

/// The warnings a request gathered, as `Warning` headers.
///
/// Source: `recorder` in k8s.io/apiserver/pkg/endpoints/filters/warning.go, for the bounds and what is left out.
final class WarningLog: Sendable {
    /// Characters of all warnings together; beyond it each is cut to `itemLength`.
    private static let totalLength = 4096
    private static let itemLength = 256

    private let texts = Mutex<[String]>([])

    func add(_ warnings: [String]) {
        texts.withLock { texts in
            for warning in warnings where Self.isShowable(warning) && !texts.contains(warning) { texts.append(warning) }
        }
    }

    /// The values of the headers, in the order the warnings came.
    var headers: [String] {
        let texts = texts.withLock { $0 }
        let isCut = texts.reduce(0) { $0 + $1.unicodeScalars.count } > Self.totalLength
        var headers: [String] = []
        var written = 0
        for text in texts {
            let shown = isCut ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.itemLength))) : text
            guard written < Self.totalLength else { break }
            written += shown.unicodeScalars.count
            headers.append("299 - \"\(Self.escaped(shown))\"")
        }
        return headers
    }

    /// An empty warning says nothing, and one with a line break could make up a header.
    private static func isShowable(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }
}
