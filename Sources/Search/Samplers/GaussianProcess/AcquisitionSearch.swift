/// Finds the point of a space where a surrogate's acquisition is highest.
///
/// Many points are looked at: scattered over the space, and around the best observed ones at several distances. From
/// the most promising, axes that have an order are climbed by gradient, and those with few values by trying their
/// neighbours. In a finite space with few points left, all of them are looked at.
struct AcquisitionSearch {
    let space: UnitSpace
    let surrogate: Surrogate

    /// Points looked at before any is climbed from.
    private static let scattered = 200
    private static let nearby = 160
    /// Points climbed from.
    private static let climbs = 4
    /// A finite space of at most this many points is looked at whole.
    private static let wholeSize = 1024
    /// An axis with more values than this is climbed as if it had all.
    private static let fewLevels = 12.0

    /// - Parameters:
    ///   - anchors: Observed points, the best first.
    ///   - isAllowed: Whether a point may be suggested.
    /// - Returns: `nil` when no point looked at may be.
    func best(
        around anchors: [[Double]],
        using generator: inout SeededGenerator,
        where isAllowed: ([Double]) -> Bool
    ) -> [Double]? {
        if let size = space.size, size <= AcquisitionSearch.wholeSize {
            return bestOfAll(size, where: isAllowed)
        }
        var candidates: [(point: [Double], value: Double)] = []
        func look(_ point: [Double]) {
            let snapped = space.snapped(point)
            candidates.append((snapped, surrogate.acquisition(at: snapped)))
        }
        for _ in 0..<AcquisitionSearch.scattered { look(space.randomPoint(using: &generator)) }
        if !anchors.isEmpty {
            for index in 0..<AcquisitionSearch.nearby {
                look(neighbour(of: anchors[index % min(anchors.count, 5)], index: index, using: &generator))
            }
        }
        candidates.sort { $0.value > $1.value }
        var climbed: [(point: [Double], value: Double)] = []
        for candidate in candidates {
            guard climbed.count < AcquisitionSearch.climbs else { break }
            guard !climbed.contains(where: { near($0.point, candidate.point) }) else { continue }
            climbed.append(climb(from: candidate))
        }
        climbed.sort { $0.value > $1.value }
        for candidate in climbed + candidates where isAllowed(candidate.point) { return candidate.point }
        return nil
    }

    private func bestOfAll(_ size: Int, where isAllowed: ([Double]) -> Bool) -> [Double]? {
        var best: (point: [Double], value: Double)?
        for number in 0..<UInt64(size) {
            guard let assignment = GridSampler.point(number, in: space.space), let point = space.point(of: assignment),
                isAllowed(point)
            else { continue }
            let value = surrogate.acquisition(at: point)
            if best.map({ value > $0.value }) ?? true { best = (point, value) }
        }
        return best?.point
    }

    /// A point some way off, along a few axes or all.
    private func neighbour(of anchor: [Double], index: Int, using generator: inout SeededGenerator) -> [Double] {
        let distance = [0.2, 0.05, 0.01, 0.002][index % 4]
        let share = index % 3 == 0 ? 1 : max(0.15, 1.5 / Double(space.dimension))
        var point = anchor
        for axis in space.axes.indices where generator.unit() < share {
            switch space.axes[axis] {
            case .choice(let count):
                if generator.unit() < 0.5 { point[axis] = Double(generator.below(UInt64(count))) }
            case .ordered(let levels):
                let spread = max(distance, 0.8 / levels)
                point[axis] += spread * NormalLaw.quantile(generator.unit())
            case .continuous:
                point[axis] += distance * NormalLaw.quantile(generator.unit())
            }
        }
        return point
    }

    /// Whether two points are so close that climbing from both would end at the same place.
    private func near(_ first: [Double], _ second: [Double]) -> Bool {
        zip(space.axes, zip(first, second)).allSatisfy { axis, pair in
            axis.isChoice ? pair.0 == pair.1 : (pair.0 - pair.1).magnitude < 0.02
        }
    }

    private func climb(from start: (point: [Double], value: Double)) -> (point: [Double], value: Double) {
        var best = start
        for _ in 0..<2 {
            let before = best.value
            best = climbByGradient(from: best)
            best = climbByNeighbours(from: best)
            guard best.value > before + 1e-3 else { break }
        }
        return best
    }

    private func climbByGradient(from start: (point: [Double], value: Double)) -> (point: [Double], value: Double) {
        let isSmooth = space.axes.map { axis in
            switch axis {
            case .continuous: true
            case .ordered(let levels): levels > AcquisitionSearch.fewLevels
            case .choice: false
            }
        }
        guard isSmooth.contains(true) else { return start }
        let lower = zip(start.point, isSmooth).map { $1 ? 0 : $0 }
        let upper = zip(start.point, isSmooth).map { $1 ? 1 : $0 }
        let (point, _) = LBFGS(iterations: 15, tolerance: 1e-4, improvement: 1e-5)
            .minimize(from: start.point, lower: lower, upper: upper) { point, gradient in
                let value = surrogate.acquisition(at: point, gradient: &gradient)
                for axis in gradient.indices { gradient[axis] = isSmooth[axis] ? -gradient[axis] : 0 }
                return -value
            }
        let snapped = space.snapped(point)
        let value = surrogate.acquisition(at: snapped)
        return value > start.value ? (snapped, value) : start
    }

    private func climbByNeighbours(from start: (point: [Double], value: Double)) -> (point: [Double], value: Double) {
        var best = start
        for axis in space.axes.indices {
            let others: [Double]
            switch space.axes[axis] {
            case .continuous:
                continue
            case .choice(let count):
                others = (0..<count).map(Double.init)
            case .ordered(let levels):
                let reach = levels <= AcquisitionSearch.fewLevels ? Int(levels) : 2
                others = space.neighbours(of: best.point[axis], on: axis, reach: reach)
            }
            for other in others where other != best.point[axis] {
                var point = best.point
                point[axis] = other
                let value = surrogate.acquisition(at: point)
                if value > best.value { best = (point, value) }
            }
        }
        return best
    }
}
