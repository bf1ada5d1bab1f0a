import Foundation

/// Pages of `docs/`, which promise what tests hold the program to.
enum Documentation {
    static func page(_ name: String) throws -> String {
        let folder = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        return try String(contentsOfFile: "\(folder)/docs/\(name)", encoding: .utf8)
    }

    /// The rows of the table under a heading of `controller.md`, each a row of cells without their quotes.
    static func table(under heading: String) throws -> [[String]] {
        let text = try page("controller.md")
        let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") } ?? ""
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { cell in
                cell.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: ["`"])
            }
        }
    }
}
