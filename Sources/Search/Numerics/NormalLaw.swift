/// The standard normal law, in plain arithmetic for the reason `ElementaryFunctions` gives.
enum NormalLaw {
    /// How far from the mean the quantile of a 53-bit fraction can be, rounded up, in standard deviations.
    static let reach = 8.3

    static let logOfRootOfTwoPi = 0.9189385332046727

    /// The density at `z`.
    static func density(_ z: Double) -> Double {
        ElementaryFunctions.exp(-0.5 * z * z - logOfRootOfTwoPi)
    }

    /// The probability of a value below `z`.
    static func probability(below z: Double) -> Double {
        guard !z.isNaN else { return z }
        return z < 0
            ? 0.5 * complementaryError(-z * 0.7071067811865476) : 1 - 0.5 * complementaryError(z * 0.7071067811865476)
    }

    /// The z below which the probability is `unit`.
    ///
    /// Source: Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37(3),
    /// 1988, PPND16: about 1 part in 10^16.
    ///
    /// - Parameter unit: From 0 to 1; the ends give −`reach` and `reach`.
    static func quantile(_ unit: Double) -> Double {
        let q = unit - 0.5
        if q.magnitude <= 0.425 {
            let r = 0.180625 - q * q
            return q * polynomial(centre.0, r) / polynomial(centre.1, r)
        }
        let tail = q < 0 ? unit : 1 - unit
        guard tail > 0 else { return q < 0 ? -reach : reach }
        let root = (-ElementaryFunctions.log(tail)).squareRoot()
        let z =
            root <= 5
            ? polynomial(middle.0, root - 1.6) / polynomial(middle.1, root - 1.6)
            : polynomial(far.0, root - 5) / polynomial(far.1, root - 5)
        return q < 0 ? max(-z, -reach) : min(z, reach)
    }

    /// e^(x²)·erfc(x) for x ≥ 0: what remains of the tail once its exponential decay is taken out.
    ///
    /// Source: Cody, "Rational Chebyshev Approximation for the Error Function", Math. Comp. 23(107), 1969.
    static func scaledComplementaryError(_ x: Double) -> Double {
        if x <= 0.46875 {
            return ElementaryFunctions.exp(x * x) * (1 - error(x))
        }
        if x <= 4 {
            var numerator = 2.15311535474403846343e-8 * x
            var denominator = x
            for index in 0..<7 {
                numerator = (numerator + codyMiddle.0[index]) * x
                denominator = (denominator + codyMiddle.1[index]) * x
            }
            return (numerator + codyMiddle.0[7]) / (denominator + codyMiddle.1[7])
        }
        guard x < 1e8 else { return 0.5641895835477562869 / x }
        let z = 1 / (x * x)
        var numerator = 1.63153871373020978498e-2 * z
        var denominator = z
        for index in 0..<4 {
            numerator = (numerator + codyFar.0[index]) * z
            denominator = (denominator + codyFar.1[index]) * z
        }
        let rest = z * (numerator + codyFar.0[4]) / (denominator + codyFar.1[4])
        return (0.5641895835477562869 - rest) / x
    }

    /// erfc(x) for x ≥ 0.
    private static func complementaryError(_ x: Double) -> Double {
        x <= 0.46875 ? 1 - error(x) : ElementaryFunctions.exp(-x * x) * scaledComplementaryError(x)
    }

    /// erf(x) for 0 ≤ x ≤ 0.46875.
    private static func error(_ x: Double) -> Double {
        let z = x * x
        var numerator = 1.85777706184603152673e-1 * z
        var denominator = z
        for index in 0..<3 {
            numerator = (numerator + codyNear.0[index]) * z
            denominator = (denominator + codyNear.1[index]) * z
        }
        return x * (numerator + codyNear.0[3]) / (denominator + codyNear.1[3])
    }

    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
        var value = 0.0
        for coefficient in coefficients.reversed() {
            value = value * x + coefficient
        }
        return value
    }

    private static let codyNear = (
        [3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3],
        [2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3]
    )
    private static let codyMiddle = (
        [
            5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
            8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
        ],
        [
            1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
            3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
        ]
    )
    private static let codyFar = (
        [
            3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2,
            6.58749161529837803e-4,
        ],
        [
            2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2,
            2.33520497626869185e-3,
        ]
    )
    private static let centre = (
        [
            3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
            4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
        ],
        [
            1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
            3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
        ]
    )
    private static let middle = (
        [
            1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
            1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
        ],
        [
            1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
            1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        ]
    )
    private static let far = (
        [
            6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
            2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5,
            2.01033439929228813265e-7,
        ],
        [
            1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        ]
    )
}

extension SeededGenerator {
    /// Independent draws from the standard normal law.
    mutating func normals(_ count: Int) -> [Double] {
        (0..<count).map { _ in NormalLaw.quantile(unit()) }
    }
}
