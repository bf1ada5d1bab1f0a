/// The settings of a kernel, of the mean and of what is observed, as logarithms where they are positive.
struct KernelSettings: Equatable {
    /// ln(1/length²) of every axis.
    var logWeights: [Double]
    /// The logarithm of the function's variance.
    var logSignal: Double
    /// The logarithm of the observations' variance around the function.
    var logNoise: Double
    /// The function's mean far from all observations, averaged over the space.
    var mean: Double
    /// ln(s/(1 − s)) of the share s of the variance that functions of one axis have.
    var additiveLogit: Double
    /// By how much the mean rises from the middle of the space to its edges, in units of `EdgeRise`.
    var edgeRise = 0.0

    var additiveShare: Double { 1 / (1 + ElementaryFunctions.exp(-additiveLogit)) }
}

extension KernelSettings {
    /// What is expected at a point before any observation.
    func mean(at point: [Double], _ rise: EdgeRise) -> Double {
        edgeRise == 0 ? mean : mean + edgeRise * rise.height(at: point)
    }
}

extension KernelSettings {
    /// The same with weights of all axes whose logarithms are larger by a number: lengths are shorter.
    func shortened(by growth: Double) -> KernelSettings {
        var settings = self
        for axis in logWeights.indices { settings.logWeights[axis] += growth }
        return settings
    }
}

extension KernelSettings {
    /// How many numbers there are besides the weights.
    static let others = 5

    /// All of them in one list: the weights, signal, noise, mean, additive share, edge rise.
    var list: [Double] { logWeights + [logSignal, logNoise, mean, additiveLogit, edgeRise] }

    /// - Parameter list: At least `others` numbers.
    init(list: [Double]) {
        let dimension = list.count - KernelSettings.others
        logWeights = Array(list[..<dimension])
        logSignal = list[dimension]
        logNoise = list[dimension + 1]
        mean = list[dimension + 2]
        additiveLogit = list[dimension + 3]
        edgeRise = list[dimension + 4]
    }
}
