import CPlatform

// Functions of f32 that are computed in f64: what cancels there is still below what f32 shows. The coefficients are fits of our own,
// as in Mathematics.swift; the reductions are those of Muller, "Elementary Functions" (3rd edition, 2016), chapter 11.

#if VECTOR_16
    /// As many f64 as a ``Vector`` has lanes.
    typealias DoubleVector = SIMD16<Double>
    /// As many i64 as a ``Vector`` has lanes.
    typealias LongVector = SIMD16<Int64>
#elseif VECTOR_8
    typealias DoubleVector = SIMD8<Double>
    typealias LongVector = SIMD8<Int64>
#else
    typealias DoubleVector = SIMD4<Double>
    typealias LongVector = SIMD4<Int64>
#endif
typealias DoubleMask = SIMDMask<LongVector>

@inline(__always)
func widened(_ x: Vector) -> DoubleVector {
    #if VECTOR_16
        apus_widened_16(x)
    #elseif VECTOR_8
        apus_widened_8(x)
    #else
        apus_widened_4(x)
    #endif
}

@inline(__always)
func narrowed(_ x: DoubleVector) -> Vector {
    #if VECTOR_16
        apus_narrowed_16(x)
    #elseif VECTOR_8
        apus_narrowed_8(x)
    #else
        apus_narrowed_4(x)
    #endif
}

/// The nearest integers below.
@inline(__always)
private func floor(_ x: DoubleVector) -> DoubleVector {
    #if VECTOR_16
        apus_wide_floor_16(x)
    #elseif VECTOR_8
        apus_wide_floor_8(x)
    #else
        apus_wide_floor_4(x)
    #endif
}

@inline(__always)
func choose(_ first: DoubleVector, where mask: DoubleMask, else second: DoubleVector) -> DoubleVector {
    let (a, b) = (longBits(first), longBits(second))
    return fromLongBits(b ^ ((a ^ b) & unsafeBitCast(mask, to: LongVector.self)))
}

@inline(__always)
private func choose(_ first: Double, where mask: DoubleMask, else second: DoubleVector) -> DoubleVector {
    choose(DoubleVector(repeating: first), where: mask, else: second)
}

@inline(__always)
private func longBits(_ x: DoubleVector) -> LongVector { unsafeBitCast(x, to: LongVector.self) }

@inline(__always)
private func fromLongBits(_ x: LongVector) -> DoubleVector { unsafeBitCast(x, to: DoubleVector.self) }

@inline(__always)
private func magnitude(_ x: DoubleVector) -> DoubleVector { fromLongBits(longBits(x) & LongVector(repeating: .max)) }

// The standard library's `-x` is `0 − x`, which loses the sign of zero.

@inline(__always)
func negated(_ x: DoubleVector) -> DoubleVector { fromLongBits(longBits(x) ^ LongVector(repeating: .min)) }

@inline(__always)
func negated(_ x: Vector) -> Vector { fromBits(bits(x) ^ IntegerVector(repeating: .min)) }

/// `x` with its sign changed where `sign` is negative.
@inline(__always)
private func signed(_ x: DoubleVector, as sign: DoubleVector) -> DoubleVector {
    fromLongBits(longBits(x) ^ (longBits(sign) & LongVector(repeating: .min)))
}

/// 1.5 · 2^52: added to a number of magnitude below 2^51, it leaves the nearest integer in the low bits.
private let wideRounding = 6_755_399_441_055_744.0

@inline(__always)
private func polynomial<let count: Int>(_ x: DoubleVector, _ coefficients: InlineArray<count, Double>) -> DoubleVector {
    var sum = DoubleVector(repeating: coefficients[count - 1])
    for index in 1..<count {
        sum = sum * x + DoubleVector(repeating: coefficients[count - 1 - index])
    }
    return sum
}

/// e to the power of `x`, for magnitudes up to 700 and as of 700 beyond. Relative error 2e-12.
@inline(__always)
func exponential(_ x: DoubleVector) -> DoubleVector {
    var scaled = x * 1.4426950408889634
    scaled = choose(-1010, where: scaled .< -1010, else: choose(1010, where: scaled .> 1010, else: scaled))
    let shifted = scaled + wideRounding
    let rest = scaled - (shifted - wideRounding)
    let mantissa = polynomial(
        rest,
        [
            0.9999999999997623, 0.6931471805465145, 0.24022650698880266, 0.05550410939343398, 0.009618128542904072,
            0.0013333452060693082, 0.0001540385171011232, 1.5309737824998684e-05, 1.3175868084923702e-06,
        ])
    return choose(x, where: x .!= x, else: fromLongBits(longBits(mantissa) &+ (longBits(shifted) &<< 52)))
}

/// The natural logarithm. Relative error 1e-13 away from 1, absolute 1e-15 near it; −infinity of 0.
@inline(__always)
func logarithm(_ x: DoubleVector) -> DoubleVector {
    let exponent = (longBits(x) &- LongVector(repeating: 0x3FE6_A09E_667F_3BCD)) &>> 52
    let mantissa = fromLongBits(longBits(x) &- (exponent &<< 52))
    let whole = fromLongBits(exponent &+ LongVector(repeating: 0x4338_0000_0000_0000)) - wideRounding
    let ratio = (mantissa - 1) / (mantissa + 1)
    let series = polynomial(
        ratio * ratio,
        [
            0.9999999999999736, 0.33333333339824234, 0.19999997436514913, 0.14286083965137492, 0.11087090417487605,
            0.09804515545660371,
        ])
    let result = 2 * ratio * series + whole * 0.6931471805599453
    return choose(
        -.infinity, where: x .== 0,
        else: choose(.nan, where: x .< 0, else: choose(x, where: .!(x .< .infinity), else: result)))
}

/// Sine and cosine, for magnitudes up to 2^25. The polynomials' errors are below 1e-13.
@inline(__always)
private func sineAndCosine(_ x: DoubleVector) -> (sine: DoubleVector, cosine: DoubleVector) {
    let shifted = x * 0.6366197723675814 + wideRounding
    let quarters = shifted - wideRounding
    // Pi / 2 in two parts: the first has 27 bits, so that its product with the quarters is exact.
    let rest = (x - quarters * 1.570796325802803) - quarters * 9.920935796805404e-10
    let square = rest * rest
    let odd =
        rest
        * polynomial(
            square,
            [
                0.9999999999999957, -0.1666666666661495, 0.008333333323642474, -0.00019841263191418883,
                2.755525203879492e-06, -2.4755270012287744e-08,
            ])
    let even = polynomial(
        square,
        [
            0.9999999999999357, -0.4999999999927114, 0.041666666533663375, -0.0013888879932877898,
            2.479884394853855e-05, -2.71679591880093e-07,
        ])
    let number = longBits(shifted)
    // A comparison of integers would be a loop over the lanes.
    let exchange = unsafeBitCast(LongVector() &- (number & 1), to: DoubleMask.self)
    let sineSign = fromLongBits((number & 2) &<< 62)
    let cosineSign = fromLongBits(((number &+ 1) & 2) &<< 62)
    let sine = signed(choose(even, where: exchange, else: odd), as: sineSign)
    let cosine = signed(choose(odd, where: exchange, else: even), as: cosineSign)
    return (sine, cosine)
}

@inline(__always)
private func squareRoot(_ x: DoubleVector) -> DoubleVector {
    #if VECTOR_16
        apus_wide_square_root_16(x)
    #elseif VECTOR_8
        apus_wide_square_root_8(x)
    #else
        apus_wide_square_root_4(x)
    #endif
}

@inline(__always)
func sine(_ x: DoubleVector) -> DoubleVector { choose(x, where: x .== 0, else: sineAndCosine(x).sine) }

@inline(__always)
func cosine(_ x: DoubleVector) -> DoubleVector { sineAndCosine(x).cosine }

@inline(__always)
func tangent(_ x: DoubleVector) -> DoubleVector {
    let (sine, cosine) = sineAndCosine(x)
    return choose(x, where: x .== 0, else: sine / cosine)
}

/// The arc tangent: arguments are brought below tan(π/8) by 1/x and by (x − 1)/(x + 1).
@inline(__always)
func arcTangent(_ x: DoubleVector) -> DoubleVector {
    let size = magnitude(x)
    let inverts = size .> 1
    let small = choose(1 / size, where: inverts, else: size)
    let turns = small .> 0.41421356237309503
    let reduced = choose((small - 1) / (small + 1), where: turns, else: small)
    let series = polynomial(
        reduced * reduced,
        [
            0.9999999999792971, -0.333333321349455, 0.19999886377421514, -0.1428165113220079, 0.1104118733296844,
            -0.08459797933473849, 0.047143335465353625,
        ])
    let angle = reduced * series + choose(0.7853981633974483, where: turns, else: DoubleVector())
    return signed(choose(1.5707963267948966 - angle, where: inverts, else: angle), as: x)
}

@inline(__always)
func arcSine(_ x: DoubleVector) -> DoubleVector { arcTangent(x / squareRoot((1 - x) * (1 + x))) }

@inline(__always)
func arcCosine(_ x: DoubleVector) -> DoubleVector { 2 * arcTangent(squareRoot((1 - x) / (1 + x))) }

// Near zero the differences below cancel: there the first terms of the series are closer.

@inline(__always)
func hyperbolicSine(_ x: DoubleVector) -> DoubleVector {
    let size = magnitude(x)
    let power = exponential(size)
    let near = size + size * size * size * (1.0 / 6)
    return signed(choose(near, where: size .< 0.01, else: (power - 1 / power) * 0.5), as: x)
}

@inline(__always)
func hyperbolicCosine(_ x: DoubleVector) -> DoubleVector {
    let power = exponential(magnitude(x))
    return (power + 1 / power) * 0.5
}

@inline(__always)
func inverseHyperbolicSine(_ x: DoubleVector) -> DoubleVector {
    let size = magnitude(x)
    let near = size - size * size * size * (1.0 / 6)
    return signed(choose(near, where: size .< 0.01, else: logarithm(size + squareRoot(size * size + 1))), as: x)
}

@inline(__always)
func inverseHyperbolicCosine(_ x: DoubleVector) -> DoubleVector {
    choose(.nan, where: x .< 1, else: logarithm(x + squareRoot((x - 1) * (x + 1))))
}

@inline(__always)
func inverseHyperbolicTangent(_ x: DoubleVector) -> DoubleVector {
    let size = magnitude(x)
    let near = size + size * size * size * (1.0 / 3)
    return signed(choose(near, where: size .< 0.01, else: logarithm((1 + size) / (1 - size)) * 0.5), as: x)
}

/// `x` to the power of `y`, with all the special values of C's `pow` (C11, F.10.4.4).
@inline(__always)
func power(_ x: DoubleVector, _ y: DoubleVector) -> DoubleVector {
    let size = magnitude(x)
    let result = exponential(y * logarithm(size))
    let half = y * 0.5
    let isWhole = floor(y) .== y
    let isOdd = isWhole .& (floor(half) .!= half)
    let sign = choose(x, where: isOdd, else: DoubleVector())
    let isOne = (x .== 1) .| (y .== 0) .| ((size .== 1) .& (magnitude(y) .== .infinity))
    let isUndefined = (x .< 0) .& (x .> -.infinity) .& .!isWhole
    return choose(1, where: isOne, else: choose(.nan, where: isUndefined, else: signed(result, as: sign)))
}

/// The error function: `x · P(x²) / Q(x²)` up to 3.92, where it is 1 but for half a unit of f32. The approximation's relative
/// error is 2e-9.
@inline(__always)
func errorFunction(_ x: Vector) -> Vector {
    let limit = Vector(repeating: 3.92)
    // Not a number stays what it is.
    var small = choose(limit, where: x .> limit, else: x)
    small = choose(-limit, where: small .< -limit, else: small)
    let square = small * small
    var numerator = Vector(repeating: -1.2795053152828616e-08)
    numerator = multiplyAdd(Vector(repeating: 4.6083517969280295e-06), numerator, square)
    numerator = multiplyAdd(Vector(repeating: 0.00037672572728780426), numerator, square)
    numerator = multiplyAdd(Vector(repeating: 0.0038384878829612694), numerator, square)
    numerator = multiplyAdd(Vector(repeating: 0.05424311270598145), numerator, square)
    numerator = multiplyAdd(Vector(repeating: 0.1851343104722082), numerator, square)
    numerator = multiplyAdd(Vector(repeating: 1.128379169140988), numerator, square)
    var denominator = Vector(repeating: 6.239089359706713e-05)
    denominator = multiplyAdd(Vector(repeating: 0.0013014531934112765), denominator, square)
    denominator = multiplyAdd(Vector(repeating: 0.015429660456861234), denominator, square)
    denominator = multiplyAdd(Vector(repeating: 0.11387270003567108), denominator, square)
    denominator = multiplyAdd(Vector(repeating: 0.49740441694323917), denominator, square)
    denominator = multiplyAdd(Vector(repeating: 1), denominator, square)
    return small * numerator / denominator
}
