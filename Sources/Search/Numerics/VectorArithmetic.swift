/// Sums over contiguous numbers, eight at a time.
///
/// The order of additions is written out, so the result is the same on every processor.
enum VectorArithmetic {
    /// Eight numbers from a place on.
    @inline(__always)
    static func eight(_ place: UnsafePointer<Double>) -> SIMD8<Double> {
        UnsafeRawPointer(place).loadUnaligned(as: SIMD8<Double>.self)
    }

    /// Adds to eight numbers from a place on.
    @inline(__always)
    static func add(_ terms: SIMD8<Double>, to place: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(place).storeBytes(of: eight(place) + terms, as: SIMD8<Double>.self)
    }

    /// Σ aᵢ·bᵢ over `count` numbers.
    @inline(__always)
    static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, count: Int) -> Double {
        var sums = SIMD8<Double>()
        var index = 0
        while index + 8 <= count {
            let left = eight(a + index)
            let right = eight(b + index)
            sums += left * right
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            sum += a[index] * b[index]
            index += 1
        }
        return sum
    }

    /// Σ (wᵢ·(aᵢ − bᵢ))² over `count` numbers.
    @inline(__always)
    static func distance(
        from a: UnsafePointer<Double>,
        to b: UnsafePointer<Double>,
        weights w: UnsafePointer<Double>,
        count: Int
    ) -> Double {
        var sums = SIMD8<Double>()
        var index = 0
        while index + 8 <= count {
            let left = eight(a + index)
            let right = eight(b + index)
            let weights = eight(w + index)
            let difference = weights * (left - right)
            sums += difference * difference
            index += 8
        }
        var sum = sums.sum()
        while index < count {
            let difference = w[index] * (a[index] - b[index])
            sum += difference * difference
            index += 1
        }
        return sum
    }

    /// aᵢ += factor·bᵢ over `count` numbers.
    @inline(__always)
    static func add(
        _ factor: Double,
        _ b: UnsafePointer<Double>,
        to a: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        let factors = SIMD8<Double>(repeating: factor)
        var index = 0
        while index + 8 <= count {
            add(factors * eight(b + index), to: a + index)
            index += 8
        }
        while index < count {
            a[index] += factor * b[index]
            index += 1
        }
    }

    /// e to the power of four numbers from −700 to 0, to about 1 part in 10^14.
    ///
    /// As `ElementaryFunctions.exp` but shorter: kernels need it a hundred thousand times a suggestion.
    @inline(__always)
    static func exp(_ value: SIMD4<Double>) -> SIMD4<Double> {
        let clamped = value.clamped(lowerBound: SIMD4(repeating: -700), upperBound: SIMD4(repeating: 0))
        // Adding 1.5·2^52 rounds to a whole number and leaves it in the low bits.
        let magic = SIMD4<Double>(repeating: 0x1.8p52)
        let shifted = clamped * 1.4426950408889634 + magic
        let k = shifted - magic
        let r = (clamped - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33
        var series = SIMD4<Double>(repeating: 1.0 / 39_916_800)
        series = series * r + 1.0 / 3_628_800
        series = series * r + 1.0 / 362_880
        series = series * r + 1.0 / 40_320
        series = series * r + 1.0 / 5_040
        series = series * r + 1.0 / 720
        series = series * r + 1.0 / 120
        series = series * r + 1.0 / 24
        series = series * r + 1.0 / 6
        series = series * r + 0.5
        series = series * r + 1
        series = series * r + 1
        let exponent = unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &<< 52
        let bits = unsafeBitCast(series, to: SIMD4<UInt64>.self) &+ exponent
        return unsafeBitCast(bits, to: SIMD4<Double>.self)
    }
}
