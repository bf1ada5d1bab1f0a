import Testing

@testable import Search

@Suite("An axis in order")
struct UnitSpaceTests {
    private func values(_ coordinates: [Double], in space: UnitSpace) -> [String] {
        coordinates.map { space.assignment(at: [$0]).values[0] }
    }

    @Test(
        "names the values before and behind one",
        arguments: [
            (.int(min: 1, max: 12, scale: .log), "3", 12, (1...12).map { "\($0)" }.filter { $0 != "3" }),
            (.int(min: 1, max: 1_000_000, scale: .log), "2", 2, ["1", "3", "4"]),
            (.int(min: -1, max: 3), "3", 2, ["1", "2"]),
            (.int(min: .min, max: .max, step: 1 << 62), "\(Int64.min)", 1, ["\(-(Int64(1) << 62))"]),
            (.float(min: 0, max: 1, step: 0.25), "0.5", 1, ["0.25", "0.75"]),
            (.normal(mean: 0, stdDev: 1, step: 0.5), "0.0", 1, ["-0.5", "0.5"]),
            (.int(min: 5, max: 5), "5", 3, []),
        ] as [(Domain, String, Int, [String])]
    )
    func neighbours(domain: Domain, value: String, reach: Int, expected: [String]) throws {
        let space = try UnitSpace.of([domain])
        let coordinate = try #require(space.point(of: Assignment(values: [value])))[0]
        let found = values(space.neighbours(of: coordinate, on: 0, reach: reach), in: space)
        #expect(found.sorted() == expected.sorted())
    }

    @Test(
        "tells how far another value is",
        arguments: [
            .int(min: 1, max: 5), .int(min: 1, max: 1000, scale: .log), .int(min: 7, max: 9, scale: .log),
            .float(min: 0, max: 1, step: 0.1),
        ] as [Domain]
    )
    func distances(domain: Domain) throws {
        let space = try UnitSpace.of([domain])
        for coordinate in stride(from: 0.003, to: 1, by: 0.0171) {
            let distance = try #require(space.distanceToOtherValue(from: coordinate, on: 0))
            let own = values([coordinate], in: space)[0]
            let within = [-0.999, 0.999].map { min(max(coordinate + $0 * distance, 0), 1) }
            let beyond = [-1.001, 1.001].map { min(max(coordinate + $0 * distance, 0), 1) }
            #expect(values(within, in: space).allSatisfy { $0 == own }, "\(own) at \(coordinate)")
            #expect(values(beyond, in: space).contains { $0 != own }, "\(own) at \(coordinate)")
        }
    }

    @Test("has nothing beside its only value", arguments: [.int(min: 5, max: 5), .float(min: 0, max: 1)] as [Domain])
    func lone(domain: Domain) throws {
        #expect(try UnitSpace.of([domain]).distanceToOtherValue(from: 0.5, on: 0) == nil)
    }
}
