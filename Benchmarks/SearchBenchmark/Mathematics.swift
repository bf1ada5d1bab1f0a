import Glibc
import Search

func exponential(_ value: Double) -> Double { exp(value) }
func logarithm(_ value: Double) -> Double { log(value) }
func cosine(_ value: Double) -> Double { cos(value) }
func sine(_ value: Double) -> Double { sin(value) }
func squared(_ value: Double) -> Double { value * value }

/// A draw from the standard normal law.
func normal(using generator: inout SeededGenerator) -> Double {
    let radius = (-2 * log(1 - generator.unit())).squareRoot()
    return radius * cos(2 * .pi * generator.unit())
}
