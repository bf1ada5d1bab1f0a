import Foundation

/// `docs/controller.md`, which promises what tests hold the program to.
enum Documentation {
    /// The rows of the table under a heading, each a row of cells without their quotes.
    static func table(under heading: String) throws -> [[String]] {
        let folder = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let text = try String(contentsOfFile: folder + "/docs/controller.md", encoding: .utf8)
        let section = text.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") } ?? ""
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { cell in
                cell.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: ["`"])
            }
        }
    }
}
