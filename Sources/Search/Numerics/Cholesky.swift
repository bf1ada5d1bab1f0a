/// The lower triangle L of a symmetric positive definite matrix A = L·Lᵀ.
struct Cholesky {
    /// Rows and columns.
    let count: Int
    /// L row by row, `count` numbers each; what is above the diagonal means nothing.
    private(set) var lower: [Double]

    init(lower: [Double], count: Int) {
        self.lower = lower
        self.count = count
    }

    /// Factors a matrix.
    ///
    /// - Parameter matrix: A row by row, of which only the lower triangle is read.
    /// - Returns: `nil` when A is not positive definite to working precision.
    init?(_ matrix: [Double], count: Int) {
        self.count = count
        lower = matrix
        let isDefinite = lower.withUnsafeMutableBufferPointer { buffer in
            guard let rows = buffer.baseAddress else { return true }
            for i in 0..<count {
                let row = rows + i * count
                for j in 0..<i {
                    let other = rows + j * count
                    row[j] = (row[j] - VectorArithmetic.dot(row, other, count: j)) / other[j]
                }
                let pivot = row[i] - VectorArithmetic.dot(row, row, count: i)
                guard pivot > 0, pivot.isFinite else { return false }
                row[i] = pivot.squareRoot()
            }
            return true
        }
        guard isDefinite else { return nil }
    }

    /// ln det A.
    var logDeterminant: Double {
        var sum = 0.0
        for i in 0..<count {
            sum += ElementaryFunctions.log(lower[i * count + i])
        }
        return 2 * sum
    }

    /// Replaces b by L⁻¹·b.
    func solveLower(_ b: inout [Double]) {
        lower.withUnsafeBufferPointer { buffer in
            b.withUnsafeMutableBufferPointer { vector in
                guard let rows = buffer.baseAddress, let x = vector.baseAddress else { return }
                for i in 0..<count {
                    let row = rows + i * count
                    x[i] = (x[i] - VectorArithmetic.dot(row, x, count: i)) / row[i]
                }
            }
        }
    }

    /// Replaces b by L⁻ᵀ·b.
    func solveUpper(_ b: inout [Double]) {
        lower.withUnsafeBufferPointer { buffer in
            b.withUnsafeMutableBufferPointer { vector in
                guard let rows = buffer.baseAddress, let x = vector.baseAddress else { return }
                for i in (0..<count).reversed() {
                    let row = rows + i * count
                    x[i] /= row[i]
                    VectorArithmetic.add(-x[i], row, to: x, count: i)
                }
            }
        }
    }

    /// L·x.
    func multiplyLower(_ x: [Double]) -> [Double] {
        var product = [Double](repeating: 0, count: count)
        lower.withUnsafeBufferPointer { buffer in
            x.withUnsafeBufferPointer { vector in
                guard let rows = buffer.baseAddress, let x = vector.baseAddress else { return }
                for i in 0..<count { product[i] = VectorArithmetic.dot(rows + i * count, x, count: i + 1) }
            }
        }
        return product
    }

    /// A⁻¹·b.
    func solve(_ b: [Double]) -> [Double] {
        var x = b
        solveLower(&x)
        solveUpper(&x)
        return x
    }

    /// A⁻¹ row by row, of which only the lower triangle is filled.
    func inverse() -> [Double] {
        // M = L⁻¹ row by row, then MᵀM as a sum over M's rows: both run along contiguous memory.
        var inverse = [Double](repeating: 0, count: count * count)
        var triangle = [Double](repeating: 0, count: count * count)
        lower.withUnsafeBufferPointer { lower in
            triangle.withUnsafeMutableBufferPointer { triangle in
                inverse.withUnsafeMutableBufferPointer { inverse in
                    guard let l = lower.baseAddress, let m = triangle.baseAddress, let a = inverse.baseAddress else {
                        return
                    }
                    for i in 0..<count {
                        let row = m + i * count
                        for k in 0..<i {
                            VectorArithmetic.add(-l[i * count + k], m + k * count, to: row, count: k + 1)
                        }
                        let scale = 1 / l[i * count + i]
                        for j in 0..<i { row[j] *= scale }
                        row[i] = scale
                        for j in 0...i {
                            VectorArithmetic.add(row[j], row, to: a + j * count, count: j + 1)
                        }
                    }
                }
            }
        }
        return inverse
    }
}
