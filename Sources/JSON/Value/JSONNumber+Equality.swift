extension JSONNumber: Hashable {
    /// Whether both texts are the same decimal number, exactly: `1`, `1.0` and `10e-1` are, and `0` and `-0`.
    ///
    /// No rounding takes part, so `9007199254740993` differs from `9007199254740992`.
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        left.text.hasSameBytes(as: right.text) || DecimalForm(left.text) == DecimalForm(right.text)
    }

    /// Feeds the exact value, however it is written.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(DecimalForm(text))
    }
}

/// The one way to write a decimal number: `± 0.d₁d₂…dₙ × 10^exponent`, without zeros at either end of the digits.
struct DecimalForm: Hashable {
    private var isNegative = false
    private var digits: [UInt8] = []
    private var exponent = 0
    /// An exponent of more than 17 digits, sign included, as it was written; too large to compute with.
    private var hugeExponent: [UInt8] = []

    /// The form of a text that fits JSON's number grammar.
    ///
    /// Numbers with exponents beyond ±10^17 are equal only when their exponents are written alike: they differ from
    /// every number in use, and no arithmetic on them can overflow.
    init(_ text: String) {
        var point: Int?
        var exponentText: [UInt8] = []
        var isInExponent = false
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isInExponent = true
            case _ where isInExponent: exponentText.append(byte)
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): point = digits.count
            default: digits.append(byte)
            }
        }
        let integerDigits = point ?? digits.count
        let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leadingZeros)
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        guard !digits.isEmpty else {
            isNegative = false
            return
        }
        exponent = integerDigits - leadingZeros
        addExponent(exponentText)
    }

    private mutating func addExponent(_ text: [UInt8]) {
        var magnitude = text[...]
        let isNegativeExponent = magnitude.first == UInt8(ascii: "-")
        if isNegativeExponent || magnitude.first == UInt8(ascii: "+") { magnitude.removeFirst() }
        magnitude = magnitude.drop { $0 == UInt8(ascii: "0") }
        guard magnitude.count <= 17 else {
            hugeExponent = (isNegativeExponent ? [UInt8(ascii: "-")] : []) + magnitude
            return
        }
        let value = magnitude.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        exponent += isNegativeExponent ? -value : value
    }
}
