import CPlatform

// Functions of a vector, lane by lane. The coefficients are weighted minimax fits of our own (least squares on Chebyshev
// nodes, reweighted towards equal ripple), rounded to single precision; the reductions of the argument are the usual ones:
// Muller, "Elementary Functions" (3rd edition, 2016), chapters 4 and 11.

/// 1.5 · 2^23: added to a number of magnitude below 2^22, it leaves the nearest integer in the low bits.
private let roundingConstant: Float = 12_582_912
private let roundingBits: Int32 = 0x4B40_0000

/// ln 2 in two parts: the first has nine bits, so that its product with an exponent is exact.
private let naturalLogarithmOf2High: Float = 0.693359375
private let naturalLogarithmOf2Low: Float = -2.12194440e-4

@inline(__always)
func bits(_ vector: Vector) -> IntegerVector { unsafeBitCast(vector, to: IntegerVector.self) }

@inline(__always)
func fromBits(_ vector: IntegerVector) -> Vector { unsafeBitCast(vector, to: Vector.self) }

/// Integers of magnitude below 2^22 as numbers.
@inline(__always)
func converted(_ integers: IntegerVector) -> Vector {
    fromBits(integers &+ IntegerVector(repeating: roundingBits)) - Vector(repeating: roundingConstant)
}

/// The square root, rounded to nearest.
@inline(__always)
func squareRoot(_ x: Vector) -> Vector {
    #if VECTOR_16
        apus_square_root_16(x)
    #elseif VECTOR_8
        apus_square_root_8(x)
    #else
        apus_square_root_4(x)
    #endif
}

// Inlining on request alone is given up in nested closures: a call there passes vectors in quarters, at half the speed. So the
// exponentials are transparent.

/// e to the power of `x`: 0 below −87.3, the largest finite number above 88.7. Only rounding is seen.
@_transparent
func exponential(_ x: Vector) -> Vector {
    choose(Vector(repeating: Float.greatestFiniteMagnitude), where: x .> 88.7, else: boundedExponential(x))
}

/// ``exponential(_:)`` of numbers that are at most 88.7.
@_transparent
func boundedExponential(_ x: Vector) -> Vector {
    // Beyond the range the bits mean nothing.
    choose(x, where: x .!= x, else: choose(Vector(), where: x .< -87.3, else: exponentialWithin(x)))
}

/// e to the power of numbers from −87.3 to 88.7.
///
/// With `x = n·ln 2 + r`, `|r| ≤ ln 2 / 2`: `2^n · (1 + r + r²·P(r))`. The approximation's relative error is 3e-9.
@_transparent
func exponentialWithin(_ x: Vector) -> Vector {
    let shifted = multiplyAdd(Vector(repeating: roundingConstant), x, Vector(repeating: 1.442695041))
    let whole = shifted - Vector(repeating: roundingConstant)
    var rest = multiplyAdd(x, whole, Vector(repeating: -naturalLogarithmOf2High))
    rest = multiplyAdd(rest, whole, Vector(repeating: -naturalLogarithmOf2Low))
    var series = Vector(repeating: 0.001395049155689776)
    series = multiplyAdd(Vector(repeating: 0.008368889801204205), series, rest)
    series = multiplyAdd(Vector(repeating: 0.04166620597243309), series, rest)
    series = multiplyAdd(Vector(repeating: 0.166665181517601), series, rest)
    series = multiplyAdd(Vector(repeating: 0.5), series, rest)
    let mantissa = multiplyAdd(rest, rest * rest, series) + 1
    return fromBits(bits(mantissa) &+ (bits(shifted) &<< 23))
}

/// `x / (1 + exp(u))`: `x` times the logistic function of `−u`, in fewer steps. 0 where `u` is above 88.
@_transparent
func weighted(_ x: Vector, byLogisticOfNegative u: Vector) -> Vector {
    let bounded = lesser(Vector(repeating: 88), greater(Vector(repeating: -87), u))
    return choose(Vector(), where: u .> 88, else: x / (1 + exponentialWithin(bounded)))
}

/// The natural logarithm of positive normal finite numbers.
///
/// With `x = 2^n · (1 + f)`, `√½ ≤ 1 + f < √2`: `n·ln 2 + f − f²/2 + f³·P(f)`. The approximation's relative error is 6e-9.
@inline(__always)
func logarithmOfNormal(_ x: Vector) -> Vector {
    let exponent = (bits(x) &- IntegerVector(repeating: 0x3F35_04F3)) &>> 23
    let fraction = fromBits(bits(x) &- (exponent &<< 23)) - 1
    let whole = converted(exponent)
    var series = Vector(repeating: -0.07634496688842773)
    series = multiplyAdd(Vector(repeating: 0.1276157647371292), series, fraction)
    series = multiplyAdd(Vector(repeating: -0.13160182535648346), series, fraction)
    series = multiplyAdd(Vector(repeating: 0.14201757311820984), series, fraction)
    series = multiplyAdd(Vector(repeating: -0.16623356938362122), series, fraction)
    series = multiplyAdd(Vector(repeating: 0.20001226663589478), series, fraction)
    series = multiplyAdd(Vector(repeating: -0.2500081956386566), series, fraction)
    series = multiplyAdd(Vector(repeating: 0.3333333134651184), series, fraction)
    let square = fraction * fraction
    var result = series * (square * fraction)
    result = multiplyAdd(result, whole, Vector(repeating: naturalLogarithmOf2Low))
    result = multiplyAdd(result, square, Vector(repeating: -0.5))
    result += fraction
    return multiplyAdd(result, whole, Vector(repeating: naturalLogarithmOf2High))
}

/// The natural logarithm: −infinity for 0 and for numbers below the normal range, not a number for negative ones.
@inline(__always)
func logarithm(_ x: Vector) -> Vector {
    let minimum = Vector(repeating: Float.leastNormalMagnitude)
    return logarithmOfNormal(x)
        .replacing(with: -Float.infinity, where: x .< minimum)
        .replacing(with: Float.nan, where: x .<= -minimum)
        .replacing(with: x, where: .!(x .< Vector(repeating: Float.infinity)))
}

/// `|x|`.
@inline(__always)
func magnitude(_ x: Vector) -> Vector {
    fromBits(bits(x) & IntegerVector(repeating: 0x7FFF_FFFF))
}

/// The hyperbolic tangent, `(1 − t) / (1 + t)` with `t = exp(−2·|x|)` and the sign of `x`.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
    let power = boundedExponential(magnitude(x) * -2)
    let result = (1 - power) / (1 + power)
    return fromBits(bits(result) | (bits(x) & IntegerVector(repeating: Int32.min)))
}

/// `1 / (1 + exp(−x))`, from `exp(−|x|)` so that nothing overflows: 0 below −87.3.
@inline(__always)
func logistic(_ x: Vector) -> Vector {
    let power = boundedExponential(-magnitude(x))
    let numerator = Vector(repeating: 1).replacing(with: power, where: x .< 0)
    return numerator / (1 + power)
}

/// Sine and cosine of a turn's 2^-32 parts: `angle` is unsigned, and a whole turn is 2^32.
///
/// The quarter nearest to the angle is taken off as an integer, which is exact; what is left is within ± π/4, where the
/// polynomials' errors are 4e-9 (relative) and 1e-10.
@inline(__always)
func sineAndCosine(ofTurn angle: BitVector) -> (sine: Vector, cosine: Vector) {
    let quarter = (angle &+ BitVector(repeating: 0x2000_0000)) &>> 30
    let rest = unsafeBitCast(angle &- (quarter &<< 30), to: IntegerVector.self)
    // Too many bits for `converted`: in two halves.
    let coarse = rest &>> 12
    let fine = rest &- (coarse &<< 12)
    let unit = Float(1.4629180792671596e-09)  // 2π / 2^32
    let x = multiplyAdd(converted(fine) * unit, converted(coarse), Vector(repeating: unit * 4096))
    let square = x * x
    var odd = Vector(repeating: -0.0001951729936990887)
    odd = multiplyAdd(Vector(repeating: 0.008332177996635437), odd, square)
    odd = multiplyAdd(Vector(repeating: -0.16666655242443085), odd, square)
    let sine = multiplyAdd(x, odd, square * x)
    var even = Vector(repeating: 2.4438451873720624e-05)
    even = multiplyAdd(Vector(repeating: -0.001388736767694354), even, square)
    even = multiplyAdd(Vector(repeating: 0.04166664555668831), even, square)
    let cosine = multiplyAdd(multiplyAdd(Vector(repeating: 1), square, Vector(repeating: -0.5)), even, square * square)
    // Quarter 1: (cos, −sin); quarter 2: (−sin, −cos); quarter 3: (−cos, sin).
    let exchange = unsafeBitCast(quarter & BitVector(repeating: 1), to: IntegerVector.self) .!= IntegerVector()
    let sineSign = unsafeBitCast((quarter & BitVector(repeating: 2)) &<< 30, to: IntegerVector.self)
    let cosineSign = unsafeBitCast(
        ((quarter &+ BitVector(repeating: 1)) & BitVector(repeating: 2)) &<< 30, to: IntegerVector.self)
    return (
        fromBits(bits(sine.replacing(with: cosine, where: exchange)) ^ sineSign),
        fromBits(bits(cosine.replacing(with: sine, where: exchange)) ^ cosineSign)
    )
}
