import Testing

@testable import Search

@Suite("A search space")
struct SearchSpaceTests {
    @Test(
        "refuses domains without values or with bounds that are no numbers",
        arguments: [
            (.float(min: 2, max: 1), "needs min at most max"),
            (.float(min: .nan, max: 1), "needs finite bounds"),
            (.float(min: 0, max: .infinity), "needs finite bounds"),
            (.float(min: 0, max: 1, scale: .log), "needs min greater than 0 on a logarithmic scale"),
            (.float(min: 1, max: 2, scale: .log, step: 1), "takes no step on a logarithmic scale"),
            (.float(min: 0, max: 1, step: 0), "needs a finite step greater than 0"),
            (.float(min: 0, max: 1, step: .nan), "needs a finite step greater than 0"),
            (.float(min: 0, max: 1, step: 1e-300), "has a step too small for its range"),
            (.float(min: -1e308, max: 1e308, step: 1), "has a step too small for its range"),
            (.int(min: 2, max: 1), "needs min at most max"),
            (.int(min: 0, max: 5, step: 0), "needs a step of at least 1"),
            (.int(min: 0, max: 5, step: .min), "needs a step of at least 1"),
            (.int(min: 0, max: 5, scale: .log), "needs min of at least 1 on a logarithmic scale"),
            (.int(min: 1, max: 5, scale: .log, step: 2), "takes no step on a logarithmic scale"),
            (.categorical([]), "needs at least one choice"),
            (.categorical(["a", "b", "a"]), "names a choice twice"),
            (.normal(mean: .nan, stdDev: 1), "needs a finite mean"),
            (.normal(mean: 0, stdDev: 0), "needs a finite standard deviation greater than 0"),
            (.normal(mean: 0, stdDev: .infinity), "needs a finite standard deviation greater than 0"),
            (.normal(mean: 0, stdDev: 1e308), "has values beyond what a 64-bit floating-point number holds"),
            (
                .normal(mean: 1.6e308, stdDev: 1e306, step: 1e308),
                "has values beyond what a 64-bit floating-point number holds"
            ),
            (.normal(mean: 0, stdDev: 1, scale: .log, step: 1), "takes no step on a logarithmic scale"),
            (.normal(mean: 0, stdDev: 1, step: -1), "needs a finite step greater than 0"),
            (.normal(mean: 0, stdDev: 1, step: 1e-300), "has a step too small for its distribution"),
            (.intNormal(mean: 0, stdDev: 1, step: 0), "needs a step of at least 1"),
            (.intNormal(mean: 0, stdDev: 1, scale: .log, step: 2), "takes no step on a logarithmic scale"),
        ] as [(Domain, String)]
    )
    func refusals(domain: Domain, problem: String) {
        #expect(throws: SearchSpaceError(parameter: "x", problem: problem)) { try SearchSpace.single(domain) }
    }

    @Test("refuses a name twice, but tells names apart byte by byte")
    func names() throws {
        let domain = Domain.categorical(["a"])
        #expect(throws: SearchSpaceError(parameter: "x", problem: "is declared twice")) {
            try SearchSpace([ParameterDomain(name: "x", domain: domain), ParameterDomain(name: "x", domain: domain)])
        }
        let composed = ParameterDomain(name: "\u{E9}", domain: domain)
        let decomposed = ParameterDomain(name: "e\u{301}", domain: domain)
        #expect(try SearchSpace([composed, decomposed]).parameters.count == 2)
        #expect(try SearchSpace.single(.categorical(["\u{E9}", "e\u{301}"])).gridSize == 2)
    }

    @Test(
        "knows the size of its grid, or that there is none",
        arguments: [
            (.int(min: 1, max: 10), 10),
            (.int(min: 1, max: 10, step: 4), 3),
            (.int(min: 5, max: 5), 1),
            (.int(min: 0, max: .max - 1), Int.max),
            (.int(min: 0, max: .max), nil),
            (.int(min: .min, max: .max), nil),
            (.int(min: .min, max: .max, step: .max), 3),
            (.float(min: 0, max: 1), nil),
            (.float(min: 1, max: 1), 1),
            (.float(min: 0, max: 1, step: 0.1), 11),
            (.float(min: 0, max: 0.3, step: 0.1), 4),
            (.float(min: 0, max: 1, step: 0.3), 4),
            (.float(min: 0, max: 1, step: 2), 1),
            (.float(min: -1, max: 1, step: 0.5), 5),
            (.normal(mean: 0, stdDev: 1, step: 1), nil),
            (.intNormal(mean: 0, stdDev: 1), nil),
            (.categorical(["a", "b"]), 2),
        ] as [(Domain, Int?)]
    )
    func gridSizes(domain: Domain, size: Int?) throws {
        #expect(try SearchSpace.single(domain).gridSize == size)
    }

    @Test("has no grid size beyond Int.max, and no overflow on the way")
    func hugeGrid() throws {
        let wide = (0..<20).map { ParameterDomain(name: "p\($0)", domain: .int(min: .min, max: .max)) }
        #expect(try SearchSpace(wide).gridSize == nil)
        #expect(try SearchSpace(wide).isEnumerable)
        let narrow = (0..<64).map { ParameterDomain(name: "p\($0)", domain: .categorical(["a", "b"])) }
        #expect(try SearchSpace(narrow).gridSize == nil)
        #expect(try SearchSpace(Array(narrow.prefix(62))).gridSize == 1 << 62)
    }

    @Test("multiplies the sizes of its parameters")
    func product() throws {
        #expect(try SearchSpace.enumerable().gridSize == 5 * 4 * 4 * 4 * 3)
        #expect(try SearchSpace.mixed().gridSize == nil)
        #expect(try SearchSpace([]).gridSize == 1)
    }
}

@Suite("A range with a step")
struct SteppedRangeTests {
    @Test(
        "has the values people write",
        arguments: [
            (0.0, 0.5, 0.1, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
            (-0.3, 0.3, 0.3, ["-0.3", "0.0", "0.3"]),
            (0.001, 0.01, 0.003, ["0.001", "0.004", "0.007", "0.01"]),
            (1, 2, 0.4, ["1.0", "1.4", "1.8"]),
            (1e-5, 3e-5, 1e-5, ["1e-05", "2e-05", "3e-05"]),
            (-1e300, 1e300, 1e300, ["-1e+300", "0.0", "1e+300"]),
            (-1.7e308, 1.7e308, 1.7e308, ["-1.7e+308", "0.0", "1.7e+308"]),
            (1e-300, 3e-300, 1e-300, ["1e-300", "2e-300", "3e-300"]),
        ] as [(Double, Double, Double, [String])]
    )
    func values(min: Double, max: Double, step: Double, expected: [String]) throws {
        let domain = Domain.float(min: min, max: max, step: step)
        _ = try SearchSpace.single(domain)
        let last = try #require(domain.lastPoint)
        #expect((0...last).map { domain.point($0) } == expected)
        #expect(domain.point(last + 1) == nil)
    }

    @Test(
        "is refused where two points could be the same number",
        arguments: [
            (1, 1.0000000000000284, 0x1p-52, false), (1, 1.0000000000000284, 0x1p-50, true),
            (1e17, 1.0000000000000064e17, 16, false), (1e17, 1.0000000000000064e17, 64, true),
            (0, 9007199254740991, 3, true), (-9007199254740991, 9007199254740991, 3, false),
            (0, 5e14, 0.1, true),
            (0.1, 9e14, 0.1, false), (0.1, 9e13, 0.1, true),
        ] as [(Double, Double, Double, Bool)]
    )
    func spacing(min: Double, max: Double, step: Double, isSound: Bool) throws {
        let domain = Domain.float(min: min, max: max, step: step)
        #expect(((try? SearchSpace.single(domain)) != nil) == isSound)
        guard isSound else { return }
        let last = try #require(domain.lastPoint)
        for numbers in [0...Swift.min(last, 64), last - Swift.min(last, 64)...last] {
            let points = numbers.compactMap { domain.point($0) }
            #expect(Set(points).count == numbers.count)
            #expect(points.map { domain.number(of: $0) } == Array(numbers))
        }
    }
}
