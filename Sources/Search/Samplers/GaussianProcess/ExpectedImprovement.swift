/// The logarithm of the expected improvement on the best value so far, which unlike the improvement itself keeps a
/// slope where it is practically zero.
///
/// Source: Ament et al., "Unexpected Improvements to Expected Improvement for Bayesian Optimization", NeurIPS 2023.
enum ExpectedImprovement {
    /// ln(φ(z) + z·Φ(z)) and its derivative by z.
    ///
    /// - Parameter z: By how many standard deviations the expected value is better than the best so far.
    static func logarithm(_ z: Double) -> (value: Double, slope: Double) {
        if z > -1 {
            let probability = NormalLaw.probability(below: z)
            let improvement = NormalLaw.density(z) + z * probability
            return (ElementaryFunctions.log(improvement), probability / improvement)
        }
        // φ(z)·(1 − t) with t = |z|·Φ(z)/φ(z), which nears 1: both factors without their decay.
        let rootOfHalf = 0.7071067811865476
        let rootOfHalfPi = 1.2533141373155003
        let tail = NormalLaw.scaledComplementaryError(-z * rootOfHalf) * rootOfHalfPi  // Φ(z)/φ(z)
        let squared = z * z
        let rest = z > -50 ? 1 + z * tail : (1 - 3 / squared) / squared
        return (-0.5 * squared - NormalLaw.logOfRootOfTwoPi + ElementaryFunctions.log(rest), tail / rest)
    }
}
