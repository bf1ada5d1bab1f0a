import Testing

@testable import Search

@Suite("Linear algebra")
struct LinearAlgebraTests {
    private func definite(_ count: Int) -> [Double] {
        var generator = SeededGenerator(seed: 3)
        let root = (0..<(count * count)).map { _ in generator.unit() - 0.5 }
        var matrix = [Double](repeating: 0, count: count * count)
        for i in 0..<count {
            for j in 0..<count {
                for k in 0..<count { matrix[i * count + j] += root[i * count + k] * root[j * count + k] }
            }
            matrix[i * count + i] += 0.1
        }
        return matrix
    }

    @Test("solves, inverts and measures positive definite matrices", arguments: [1, 2, 7, 8, 9, 33])
    func cholesky(count: Int) throws {
        let matrix = definite(count)
        let factor = try #require(Cholesky(matrix, count: count))
        let x = (0..<count).map { Double($0) - 1.5 }
        let b = (0..<count).map { i in (0..<count).reduce(0) { $0 + matrix[i * count + $1] * x[$1] } }
        for (found, expected) in zip(factor.solve(b), x) { #expect(abs(found - expected) < 1e-8) }
        let inverse = factor.inverse()
        for i in 0..<count {
            for j in 0..<count {
                let entry = (0..<count).reduce(0) { sum, k in
                    sum + matrix[i * count + k] * inverse[max(k, j) * count + min(k, j)]
                }
                #expect(abs(entry - (i == j ? 1 : 0)) < 1e-8)
            }
        }
    }

    @Test("knows a determinant, and what is not positive definite")
    func determinant() throws {
        let factor = try #require(Cholesky([4, 0, 2, 3], count: 2))
        #expect(abs(factor.logDeterminant - 2.0794415416798357) < 1e-14)
        #expect(Cholesky([1, 0, 2, 1], count: 2) == nil)
        #expect(Cholesky([.nan], count: 1) == nil)
        #expect(Cholesky([], count: 0)?.logDeterminant == 0)
    }

    @Test("has an exponential of four numbers as exact as the kernels need")
    func exponential() {
        for index in 0..<7000 {
            let value = -Double(index) / 10
            let expected = ElementaryFunctions.exp(value)
            let found = VectorArithmetic.exp(SIMD4(value, 0, -1, -800))
            #expect(abs(found[0] - expected) <= 1e-13 * expected)
            #expect(found[1] == 1)
        }
    }

    @Test("finds the minimum of a curved valley, inside a box and at its edge")
    func minimize() {
        let rosenbrock = { (x: [Double], gradient: inout [Double]) -> Double in
            let bend = x[1] - x[0] * x[0]
            gradient[0] = -400 * x[0] * bend - 2 * (1 - x[0])
            gradient[1] = 200 * bend
            return 100 * bend * bend + (1 - x[0]) * (1 - x[0])
        }
        let search = LBFGS(iterations: 200, tolerance: 1e-10, improvement: 0)
        let free = search.minimize(from: [-1.2, 1], lower: [-5, -5], upper: [5, 5], rosenbrock)
        #expect(free.value < 1e-12)
        let bounded = search.minimize(from: [-1.2, 1], lower: [-5, -5], upper: [0.5, 5], rosenbrock)
        #expect(abs(bounded.point[0] - 0.5) < 1e-9 && abs(bounded.point[1] - 0.25) < 1e-6)
    }
}
