/// Minimizes a smooth function with the limited-memory BFGS method, inside a box.
///
/// Source: Nocedal and Wright, *Numerical Optimization*, 2nd edition, algorithms 7.4 (two-loop recursion) and 3.1
/// (backtracking). A coordinate at a bound that the gradient pushes against stays there for the step; points on the way
/// are projected into the box. Not the full L-BFGS-B, but with few coordinates it ends at the same place.
struct LBFGS {
    /// Steps at most.
    var iterations = 30
    /// How many past steps shape the next.
    var memory = 8
    /// Ends when the projected gradient is this small everywhere.
    var tolerance = 1e-5
    /// Ends when a step improves the function by less than this part of its magnitude plus one.
    var improvement = 1e-7

    /// - Parameters:
    ///   - start: Where to begin; moved into the box.
    ///   - lower, upper: The box, as many numbers as `start`; infinite where there is no bound.
    ///   - function: Gives the value at a point and writes the gradient; a value that is not finite is refused like a
    ///     worse one.
    /// - Returns: The best point, and its value.
    func minimize(
        from start: [Double],
        lower: [Double],
        upper: [Double],
        _ function: (_ point: [Double], _ gradient: inout [Double]) -> Double
    ) -> (point: [Double], value: Double) {
        let count = start.count
        var point = start
        for i in 0..<count { point[i] = min(max(point[i], lower[i]), upper[i]) }
        var gradient = [Double](repeating: 0, count: count)
        var value = function(point, &gradient)
        guard value.isFinite, count > 0 else { return (point, value) }
        var steps: [(s: [Double], y: [Double], rho: Double)] = []
        var nextGradient = gradient

        for _ in 0..<iterations {
            let isFree = (0..<count).map { i in
                !(point[i] <= lower[i] && gradient[i] > 0) && !(point[i] >= upper[i] && gradient[i] < 0)
            }
            var largest = 0.0
            for i in 0..<count where isFree[i] { largest = max(largest, gradient[i].magnitude) }
            guard largest > tolerance else { break }
            var direction = LBFGS.direction(gradient, steps, isFree)
            var slope = LBFGS.dot(direction, gradient)
            if !(slope < 0) {
                steps.removeAll()
                direction = (0..<count).map { isFree[$0] ? -gradient[$0] : 0 }
                slope = LBFGS.dot(direction, gradient)
            }
            // The first step has no scale yet: a gradient's length says nothing about distance.
            var length = 1.0
            if steps.isEmpty {
                length = min(1, 0.3 / LBFGS.dot(direction, direction).squareRoot())
            }
            var next = point
            var nextValue = Double.infinity
            for _ in 0..<20 {
                for i in 0..<count { next[i] = min(max(point[i] + length * direction[i], lower[i]), upper[i]) }
                nextValue = function(next, &nextGradient)
                var gain = 0.0
                for i in 0..<count { gain += gradient[i] * (next[i] - point[i]) }
                if nextValue.isFinite, nextValue <= value + 1e-4 * gain { break }
                // The minimum of the parabola through what is known, kept away from both ends.
                let curvature = 2 * (nextValue - value - slope * length)
                let fitted = curvature > 0 && curvature.isFinite ? -slope * length * length / curvature : 0
                length = min(max(fitted, 0.1 * length), 0.5 * length)
                nextValue = .infinity
            }
            guard nextValue.isFinite, nextValue <= value else { break }
            var s = next
            var y = nextGradient
            for i in 0..<count {
                s[i] -= point[i]
                y[i] -= gradient[i]
            }
            let curvature = LBFGS.dot(s, y)
            if curvature > 1e-12 * LBFGS.dot(y, y).squareRoot() * LBFGS.dot(s, s).squareRoot(), curvature > 0 {
                steps.append((s, y, 1 / curvature))
                if steps.count > memory { steps.removeFirst() }
            }
            let gained = value - nextValue
            point = next
            value = nextValue
            gradient = nextGradient
            guard gained > improvement * (1 + value.magnitude) else { break }
        }
        return (point, value)
    }

    /// The quasi-Newton step −H·g, with nothing along coordinates that are held.
    private static func direction(
        _ gradient: [Double],
        _ steps: [(s: [Double], y: [Double], rho: Double)],
        _ isFree: [Bool]
    ) -> [Double] {
        var q = gradient
        for i in q.indices where !isFree[i] { q[i] = 0 }
        var alphas: [Double] = []
        for step in steps.reversed() {
            let alpha = step.rho * dot(step.s, q)
            alphas.append(alpha)
            for i in q.indices { q[i] -= alpha * step.y[i] }
        }
        if let last = steps.last {
            let scale = 1 / (last.rho * dot(last.y, last.y))
            for i in q.indices { q[i] *= scale }
        }
        for (step, alpha) in zip(steps, alphas.reversed()) {
            let beta = step.rho * dot(step.y, q)
            for i in q.indices { q[i] += (alpha - beta) * step.s[i] }
        }
        for i in q.indices { q[i] = isFree[i] ? -q[i] : 0 }
        return q
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for i in a.indices { sum += a[i] * b[i] }
        return sum
    }
}
