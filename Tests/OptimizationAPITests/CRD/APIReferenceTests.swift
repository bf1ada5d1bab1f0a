import Foundation
import Testing

@Suite("docs/api.md")
struct APIReferenceTests {
    private static let page = Fixture.checkout.appending(path: "docs/api.md")
    private static let begin = "<!-- from manifests/crd/optimizationjobs.yaml: begin -->\n"
    private static let end = "\n<!-- end -->"

    /// To bring the page up to date: `make generate`.
    @Test("tells every field as the CustomResourceDefinition does")
    func tables() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let begin = try #require(page.range(of: Self.begin))
        let end = try #require(page.range(of: Self.end, range: begin.upperBound..<page.endIndex))
        let reference = APIReference(try Fixture.crd()).text
        if ProcessInfo.processInfo.environment["UPDATE_API_REFERENCE"] == "1" {
            let updated = page.replacingCharacters(in: begin.upperBound..<end.lowerBound, with: reference)
            try updated.write(to: Self.page, atomically: true, encoding: .utf8)
        } else {
            let isCurrent = page[begin.upperBound..<end.lowerBound] == reference
            #expect(isCurrent, "docs/api.md is older than the CustomResourceDefinition; run make generate")
        }
    }
}
