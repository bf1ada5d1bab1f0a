import JSON

/// A number as the API writes it: a text such as `0.001`, `-3` or `1e-5`, kept exact.
///
/// The grammar is upstream's: `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`, so no `+1`, `.5`, `1.`, `01`, `inf`.
public struct DecimalText: Sendable {
    /// The pattern, as messages show it.
    public static let pattern = #"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$"#

    /// The same for people.
    public static let grammar =
        "'\(pattern)', a number such as 0.001, -3 or 1e-5, with no + and digits on both sides of the point"

    /// The text as written.
    public let text: String
    private let isNegative: Bool
    /// The value is `digits · 10^exponent`. `digits` has no zeros at its end and is 0 for zero; `nil` when it has more
    /// than 19 decimal digits, which no 64-bit integer written this way has.
    private let digits: UInt64?
    /// Clamped far beyond what any number type holds.
    private let exponent: Int
    /// The value is below 10^magnitude, and at least a tenth of that unless it is zero.
    private let magnitude: Int

    /// Reads a text.
    ///
    /// - Returns: `nil` when it does not follow the grammar. Magnitude does not matter here; see `double` and `int64`.
    public init?(_ text: String) {
        guard let (isNegative, significant, exponent) = text.withUTF8Bytes(DecimalText.read) else { return nil }
        self.text = text
        self.isNegative = isNegative
        digits = significant.value
        self.exponent = significant.count == 0 ? 0 : exponent + significant.zeros
        magnitude = self.exponent + significant.count
    }

    /// The sign, the digits and the exponent of the last digit.
    private static func read(
        _ text: UnsafeBufferPointer<UInt8>
    ) -> (isNegative: Bool, significant: Significant, exponent: Int)? {
        var scanner = Scanner(rest: text[...])
        let isNegative = scanner.take("-")
        let startsWithZero = scanner.rest.first == UInt8(ascii: "0")
        let wholeCount = scanner.takeDigits()
        guard wholeCount == 1 || (wholeCount > 1 && !startsWithZero) else { return nil }
        var exponent = 0
        if scanner.take(".") {
            exponent = -scanner.takeDigits()
            guard exponent < 0 else { return nil }
        }
        let significant = scanner.significant
        if scanner.take("e") || scanner.take("E") {
            let isSmall = scanner.take("-")
            if !isSmall { _ = scanner.take("+") }
            guard let power = scanner.takePower() else { return nil }
            exponent += isSmall ? -power : power
        }
        return scanner.rest.isEmpty ? (isNegative, significant, exponent) : nil
    }

    /// Whether the value is a whole number, of any size.
    public var isWhole: Bool { exponent >= 0 }

    /// The value as a whole number; `nil` when it has a fraction or is beyond 64 bits.
    public var int64: Int64? {
        guard var value = digits, isWhole, magnitude <= 19 else { return nil }
        for _ in 0..<exponent { value *= 10 }  // stays below 10^19
        if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
        return Int64(exactly: value)
    }

    /// The nearest Double; `nil` when the value is beyond the largest one. Tiny values round to 0.
    public var double: Double? {
        // Magnitudes far outside decide without the library, whose answer on underflow has varied.
        guard digits != 0, magnitude > -400 else { return isNegative ? -0.0 : 0.0 }
        if let exact { return exact }
        guard magnitude < 400, let value = Double(text), value.isFinite else { return nil }
        return value
    }

    /// What there is to add to a rule that a number breaks only because it rounds to 0; empty for every other number.
    var underflowNote: String {
        digits != 0 && double == 0 ? "; \(text) is too small for a 64-bit floating-point number and counts as 0" : ""
    }

    /// The nearest Double where two whole Doubles make it, so that their quotient or product is rounded once: nearly every
    /// number people write. `nil` for others.
    ///
    /// Source: W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990.
    private var exact: Double? {
        guard let digits, digits <= 1 << 53, exponent.magnitude < DecimalText.powers.count else { return nil }
        let power = DecimalText.powers[Int(exponent.magnitude)]
        let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
        return isNegative ? -value : value
    }

    /// The powers of ten that are whole Doubles.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// Significant decimal digits as they come in: leading zeros dropped, trailing ones held back.
    private struct Significant {
        /// The digits so far without those zeros; `nil` beyond 19.
        var value: UInt64? = 0
        /// How many digits that is.
        var count = 0
        /// Zeros after them.
        var zeros = 0

        mutating func append(_ digit: UInt8) {
            guard digit != 0 else {
                if count > 0 { zeros += 1 }
                return
            }
            count += zeros + 1
            if count <= 19, var value {
                for _ in 0...zeros { value *= 10 }
                self.value = value + UInt64(digit)
            } else {
                value = nil
            }
            zeros = 0
        }
    }

    private struct Scanner {
        var rest: Slice<UnsafeBufferPointer<UInt8>>
        var significant = Significant()

        mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard let byte = rest.first, UInt32(byte) == scalar.value else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func takeDigit() -> UInt8? {
            guard let byte = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            rest.removeFirst()
            return byte - UInt8(ascii: "0")
        }

        /// - Returns: How many digits there were.
        mutating func takeDigits() -> Int {
            var count = 0
            while let digit = takeDigit() {
                significant.append(digit)
                count += 1
            }
            return count
        }

        /// - Returns: At most a billion: beyond every type, and far from overflowing with the digits counted in.
        mutating func takePower() -> Int? {
            guard var power = takeDigit().map(Int.init) else { return nil }
            while let digit = takeDigit() {
                power = min(power * 10 + Int(digit), 1_000_000_000)
            }
            return power
        }
    }
}
