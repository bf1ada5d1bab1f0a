/// A bowl over a space: lowest in the middle of all ranges, highest in the corners, with mean 0 and variance 1 over all
/// points.
///
/// The mean of a process has a part of it that is fitted, see `KernelSettings.edgeRise`. Ranges are chosen around what is
/// expected to be good, and extremes are bad in most of them. A process whose mean is the same everywhere knows least of
/// the corners and looks into one after another, of which there are many as soon as there are six parameters.
///
/// Source: Rasmussen and Williams, *Gaussian Processes for Machine Learning*, 2006, §2.7 (explicit basis functions), with
/// one function and its coefficient at its likeliest value.
struct EdgeRise {
    private let isChoice: [Bool]
    /// Of (2x − 1)² the mean is 1/3 and the variance 4/45, x being uniform.
    private let factor: Double

    /// - Parameter isChoice: Which axes hold numbers of choices. They have no edges.
    init(isChoice: [Bool]) {
        self.isChoice = isChoice
        let ranges = isChoice.count { !$0 }
        factor = ranges == 0 ? 0 : 1 / (4.0 / 45 * Double(ranges)).squareRoot()
    }

    func height(at point: [Double]) -> Double {
        var sum = 0.0
        for axis in isChoice.indices where !isChoice[axis] {
            let offset = 2 * point[axis] - 1
            sum += offset * offset - 1.0 / 3
        }
        return factor * sum
    }

    /// The derivative of the height by the coordinate on an axis; 0 for choices.
    func slope(at coordinate: Double, on axis: Int) -> Double {
        isChoice[axis] ? 0 : 4 * factor * (2 * coordinate - 1)
    }
}
