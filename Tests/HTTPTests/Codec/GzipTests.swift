import Testing

@testable import HTTP

@Suite("Gzip")
struct GzipTests {
    @Test("unpacks what it packed", arguments: [0, 1, 1000, 300_000])
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }
        #expect(try Gzip.decompress(Gzip.compress(bytes), limit: count) == bytes)
    }

    @Test("refuses what is cut short, damaged or too large once unpacked")
    func refusals() throws {
        let packed = try Gzip.compress([UInt8](repeating: 0, count: 1_000_000))
        #expect(throws: Gzip.Failure.tooLarge(limit: 999_999)) { try Gzip.decompress(packed, limit: 999_999) }
        for cut in [0, 1, 10, packed.count / 2, packed.count - 1] {
            #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress(Array(packed[..<cut]), limit: 1 << 30) }
        }
        #expect(throws: Gzip.Failure.corrupt) { try Gzip.decompress([1, 2, 3], limit: 10) }
    }
}
