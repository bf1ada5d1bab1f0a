/// The settings of a kernel and of what is observed, as logarithms where they are positive.
struct KernelSettings: Equatable {
    /// ln(1/length²) of every axis.
    var logWeights: [Double]
    /// The logarithm of the function's variance.
    var logSignal: Double
    /// The logarithm of the observations' variance around the function.
    var logNoise: Double
    /// The function's mean far from all observations.
    var mean: Double
    /// ln(s/(1 − s)) of the share s of the variance that functions of one axis have.
    var additiveLogit: Double

    var additiveShare: Double { 1 / (1 + ElementaryFunctions.exp(-additiveLogit)) }
}

extension KernelSettings {
    /// How many numbers there are besides the weights.
    static let others = 4

    /// All of them in one list: the weights, signal, noise, mean, additive share.
    var list: [Double] { logWeights + [logSignal, logNoise, mean, additiveLogit] }

    /// - Parameter list: At least `others` numbers.
    init(list: [Double]) {
        let dimension = list.count - KernelSettings.others
        logWeights = Array(list[..<dimension])
        logSignal = list[dimension]
        logNoise = list[dimension + 1]
        mean = list[dimension + 2]
        additiveLogit = list[dimension + 3]
    }
}
