import Testing

@testable import Search

@Suite("A domain as a coordinate from 0 to 1")
struct DomainUnitsTests {
    private static let domains: [Domain] = [
        .float(min: -3, max: 12), .float(min: 1e-5, max: 10, scale: .log), .float(min: 0, max: 1, step: 0.1),
        .float(min: 2, max: 2), .float(min: -1e308, max: 1e308),
        .int(min: -1, max: 3), .int(min: 16, max: 64, step: 16), .int(min: 1, max: 100, scale: .log),
        .int(min: .min, max: .max), .int(min: 5, max: 5),
        .categorical(["a", "b", "c"]),
        .normal(mean: -2, stdDev: 3), .normal(mean: 0, stdDev: 1, step: 0.1), .normal(mean: 0, stdDev: 2, scale: .log),
        .intNormal(mean: 10, stdDev: 6, step: 3), .intNormal(mean: 1, stdDev: 1, scale: .log),
    ]

    @Test("leads back to the value it came from", arguments: domains)
    func roundTrip(domain: Domain) throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            let text = domain.draw(using: &generator)
            let coordinate = try #require(domain.coordinate(of: text))
            let again = domain.value(at: coordinate)
            if let value = Double(text), let other = Double(again) {
                #expect(abs(value / 2 - other / 2) <= 1e-9 * max(abs(value), 1))
            } else {
                #expect(text == again)
            }
            guard case .categorical = domain else {
                #expect((0...1).contains(coordinate))
                continue
            }
        }
    }

    @Test("gives values of the domain for any coordinate", arguments: domains)
    func total(domain: Domain) {
        for coordinate in [-1, -0.0, 0, 0.3, 0.5, 1 - 0x1p-53, 1, 7, .nan, .infinity, -.infinity] as [Double] {
            let text = domain.value(at: coordinate)
            #expect(domain.allows(text), "\(text) at \(coordinate)")
        }
    }

    @Test(
        "has a finite coordinate for every value, however close its ends are",
        arguments: [
            .float(min: 1e300, max: 1e300.nextUp, scale: .log), .float(min: 0, max: .leastNonzeroMagnitude),
            .float(min: 1, max: 1.0.nextUp), .float(min: -.greatestFiniteMagnitude, max: .greatestFiniteMagnitude),
            .float(min: .leastNonzeroMagnitude, max: .greatestFiniteMagnitude, scale: .log),
            .int(min: 1 << 60, max: 1 << 60 + 1), .int(min: 1 << 60, max: 1 << 60 + 1, scale: .log),
            .int(min: .max - 7, max: .max, scale: .log), .int(min: 1, max: .max, scale: .log),
            .normal(mean: 1e300, stdDev: .leastNonzeroMagnitude), .normal(mean: 0, stdDev: 1e307),
            .intNormal(mean: 1e18, stdDev: 1e-300), .intNormal(mean: 0, stdDev: 1e-300, scale: .log),
        ] as [Domain]
    )
    func finite(domain: Domain) throws {
        let space = try SearchSpace.single(domain)
        var texts: Set<String> = []
        for normals in [UnitSpace.NormalMeasure.probability, .deviations] {
            let units = UnitSpace(space, normals: normals)
            for unit in [0, 1e-9, 0.25, 0.5, 0.75, 1 - 0x1p-53, 1] {
                let text = domain.value(at: unit)
                texts.insert(text)
                let point = try #require(units.point(of: Assignment(values: [text])), "\(text)")
                for coordinate in [point[0], units.snapped(unit, on: 0)] {
                    #expect((0...1).contains(coordinate), "\(text) lies at \(coordinate)")
                }
            }
        }
        if domain.usualValue == nil { #expect(texts.count > 1) }
    }

    @Test(
        "holds what a trial could have been given",
        arguments: [
            (.normal(mean: 0, stdDev: 1, step: 0.5), ["-1.5", "0", "1e3"], ["0.3", "x"]),
            (.intNormal(mean: 0, stdDev: 9, step: 2), ["-4", "6.0"], ["3", "2.5"]),
            (.intNormal(mean: 0, stdDev: 1, scale: .log), ["1", "70"], ["0", "-1", "1.5"]),
            (.normal(mean: 0, stdDev: 1, scale: .log), ["0.1", "7"], ["0", "-1", "inf"]),
            (.float(min: 0, max: 1, step: 0.5), ["0.5", "1"], ["0.3", "1.5"]),
            (.float(min: 0, max: 1), ["0.3", "1"], ["1.1", "nan"]),
        ] as [(Domain, [String], [String])]
    )
    func membership(domain: Domain, values: [String], others: [String]) {
        for text in values { #expect(domain.contains(text), "\(text)") }
        for text in others { #expect(!domain.contains(text), "\(text)") }
    }

    @Test("gives every numbered point an equal part, the first and the last too")
    func equalParts() {
        var counts: [String: Int] = [:]
        for index in 0..<4000 {
            counts[Domain.int(min: 0, max: 3).value(at: (Double(index) + 0.5) / 4000), default: 0] += 1
        }
        #expect(counts == ["0": 1000, "1": 1000, "2": 1000, "3": 1000])
    }

    @Test(
        "knows what is no value of a domain",
        arguments: [
            (.float(min: 0, max: 1), "1.5"), (.float(min: 0, max: 1), "x"), (.float(min: 0, max: 1), "nan"),
            (.float(min: 0, max: 1, step: 0.1), "0.15"), (.int(min: 0, max: 9), "1.5"),
            (.int(min: 0, max: 9), "10"), (.int(min: 0, max: 9, step: 2), "1"),
            (.int(min: 1, max: 9, scale: .log), "0"),
            (.categorical(["a"]), "b"), (.normal(mean: 0, stdDev: 1), "inf"),
            (.normal(mean: 0, stdDev: 1, scale: .log), "-1"), (.intNormal(mean: 0, stdDev: 1), "0.5"),
        ] as [(Domain, String)]
    )
    func strangers(domain: Domain, text: String) {
        #expect(domain.coordinate(of: text) == nil)
    }

    @Test("numbers points by their value, not by how they are written")
    func numbers() throws {
        let domain = Domain.float(min: -0.3, max: 0.3, step: 0.1)
        for number in 0...6 as ClosedRange<UInt64> {
            #expect(domain.number(of: try #require(domain.point(number))) == number)
        }
        #expect(domain.number(of: "1e-1") == 4)
        #expect(Domain.int(min: 0, max: 9).number(of: "2.0") == 2)
        #expect(Domain.int(min: 1, max: 9, scale: .log).contains("2e0"))
        #expect(Domain.categorical(["\u{E9}", "e\u{301}"]).number(of: "e\u{301}") == 1)
        #expect(Domain.int(min: .min, max: .max).number(of: "9223372036854775807") == .max)
    }
}
