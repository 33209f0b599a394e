import ApusInstructions
import Glibc

/// Map programs in f64. The functions are the C library's.
enum MapDoubles: MapCompute {
    typealias Element = Double
    typealias Block = DoubleVector
    static var type: StoredType { .float64 }

    static func constant(bits: UInt64) -> Double { Double(bitPattern: bits) }
    static func number(_ index: Int) -> Double { Double(index) }

    static func load(_ tile: MapTile, _ type: StoredType, to register: Numbers) {
        switch type {
        case .float32: convert(from: tile, to: register, as: Float.self) { Double($0) }
        case .float16: convert(from: tile, to: register, as: UInt16.self) { Double(float(fromHalf: $0)) }
        case .bfloat16: convert(from: tile, to: register, as: UInt16.self) { Double(float(fromBrain: $0)) }
        case .float64: convert(from: tile, to: register, as: Double.self) { $0 }
        case .int8: convert(from: tile, to: register, as: Int8.self) { Double($0) }
        case .uint8: convert(from: tile, to: register, as: UInt8.self) { Double($0) }
        case .int16: convert(from: tile, to: register, as: Int16.self) { Double($0) }
        case .uint16: convert(from: tile, to: register, as: UInt16.self) { Double($0) }
        case .int32: convert(from: tile, to: register, as: Int32.self) { Double($0) }
        case .uint32: convert(from: tile, to: register, as: UInt32.self) { Double($0) }
        case .int64: convert(from: tile, to: register, as: Int64.self) { Double($0) }
        case .uint64: convert(from: tile, to: register, as: UInt64.self) { Double($0) }
        case .boolean: convert(from: tile, to: register, as: UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    static func store(_ register: Numbers, to tile: MapTile, _ type: StoredType) {
        switch type {
        case .float32: convert(register, to: tile, as: Float.self) { Float($0) }
        case .float16: convert(register, to: tile, as: UInt16.self) { half(roundedToOdd($0)) }
        case .bfloat16: convert(register, to: tile, as: UInt16.self) { brain(roundedToOdd($0)) }
        case .float64: convert(register, to: tile, as: Double.self) { $0 }
        case .int8: convert(register, to: tile, as: Int8.self) { saturated($0, as: Int8.self) }
        case .uint8: convert(register, to: tile, as: UInt8.self) { saturated($0, as: UInt8.self) }
        case .int16: convert(register, to: tile, as: Int16.self) { saturated($0, as: Int16.self) }
        case .uint16: convert(register, to: tile, as: UInt16.self) { saturated($0, as: UInt16.self) }
        case .int32: convert(register, to: tile, as: Int32.self) { saturated($0, as: Int32.self) }
        case .uint32: convert(register, to: tile, as: UInt32.self) { saturated($0, as: UInt32.self) }
        case .int64: convert(register, to: tile, as: Int64.self) { saturated($0, as: Int64.self) }
        case .uint64: convert(register, to: tile, as: UInt64.self) { saturated($0, as: UInt64.self) }
        case .boolean: convert(register, to: tile, as: UInt8.self) { $0 != 0 ? 1 : 0 }
        }
    }

    /// The f32 on either side that has an odd last bit, so that rounding once more gives what rounding once would have.
    /// Boldo and Melquiond, "When double rounding is odd" (2005).
    @inline(__always)
    private static func roundedToOdd(_ value: Double) -> Float {
        let nearest = Float(value)
        let back = Double(nearest)
        if back == value || value != value || nearest.bitPattern & 1 == 1 || nearest.isInfinite { return nearest }
        // Toward the value, from an even number: the neighbour is odd.
        return Float(bitPattern: abs(back) < abs(value) ? nearest.bitPattern &+ 1 : nearest.bitPattern &- 1)
    }

    @inline(__always)
    private static func truth(_ isTrue: Bool) -> Double { isTrue ? 1 : 0 }

    static func execute(
        _ operation: MapStep.Operation, _ first: Register, _ second: Register, _ third: Register, _ result: Numbers,
        count: Int
    ) {
        switch operation {
        case .add: apply(first, second, result, count) { $0 + $1 }
        case .subtract: apply(first, second, result, count) { $0 - $1 }
        case .multiply: apply(first, second, result, count) { $0 * $1 }
        case .divide: apply(first, second, result, count) { $0 / $1 }
        case .reciprocal: apply(first, result, count) { 1 / $0 }
        case .negate: apply(first, result, count) { negated($0) }
        case .select: apply(first, second, third, result, count) { choose($1, where: $0 .!= 0, else: $2) }
        case .maximum: applyEach(first, second, result, count) { $0 > $1 || $0 != $0 ? $0 : $1 }
        case .minimum: applyEach(first, second, result, count) { $0 < $1 || $0 != $0 ? $0 : $1 }
        case .greater: applyEach(first, second, result, count) { truth($0 > $1) }
        case .equal: applyEach(first, second, result, count) { truth($0 == $1) }
        case .less: applyEach(first, second, result, count) { truth($0 < $1) }
        case .lessOrEqual: applyEach(first, second, result, count) { truth($0 <= $1) }
        case .greaterOrEqual: applyEach(first, second, result, count) { truth($0 >= $1) }
        case .notEqual: applyEach(first, second, result, count) { truth($0 != $1) }
        case .and: applyEach(first, second, result, count) { truth($0 != 0 && $1 != 0) }
        case .or: applyEach(first, second, result, count) { truth($0 != 0 || $1 != 0) }
        case .exclusiveOr: applyEach(first, second, result, count) { truth(($0 != 0) != ($1 != 0)) }
        case .power: applyEach(first, second, result, count) { pow($0, $1) }
        case .remainder: applyEach(first, second, result, count) { fmod($0, $1) }
        case .modulo:
            applyEach(first, second, result, count) {
                let rest = fmod($0, $1)
                return rest != 0 && (rest < 0) != ($1 < 0) ? rest + $1 : rest
            }
        default: function(operation, first, result, count)
        }
    }

    /// The functions of one number.
    private static func function(
        _ operation: MapStep.Operation, _ first: Register, _ result: Numbers, _ count: Int
    ) {
        switch operation {
        case .absolute: applyEach(first, result, count) { abs($0) }
        case .sign: applyEach(first, result, count) { $0 != $0 ? $0 : truth($0 > 0) - truth($0 < 0) }
        case .squareRoot: applyEach(first, result, count) { $0.squareRoot() }
        case .floor: applyEach(first, result, count) { $0.rounded(.down) }
        case .ceiling: applyEach(first, result, count) { $0.rounded(.up) }
        case .round: applyEach(first, result, count) { $0.rounded(.toNearestOrEven) }
        case .not: applyEach(first, result, count) { truth($0 == 0) }
        case .isNaN: applyEach(first, result, count) { truth($0 != $0) }
        case .isInfinite: applyEach(first, result, count) { truth(abs($0) == .infinity) }
        case .exponential: applyEach(first, result, count) { exp($0) }
        case .logarithm: applyEach(first, result, count) { log($0) }
        case .hyperbolicTangent: applyEach(first, result, count) { tanh($0) }
        case .logistic: applyEach(first, result, count) { 1 / (1 + exp(-$0)) }
        case .errorFunction: applyEach(first, result, count) { erf($0) }
        case .sine: applyEach(first, result, count) { sin($0) }
        case .cosine: applyEach(first, result, count) { cos($0) }
        case .tangent: applyEach(first, result, count) { tan($0) }
        case .arcSine: applyEach(first, result, count) { asin($0) }
        case .arcCosine: applyEach(first, result, count) { acos($0) }
        case .arcTangent: applyEach(first, result, count) { atan($0) }
        case .hyperbolicSine: applyEach(first, result, count) { sinh($0) }
        case .hyperbolicCosine: applyEach(first, result, count) { cosh($0) }
        case .inverseHyperbolicSine: applyEach(first, result, count) { asinh($0) }
        case .inverseHyperbolicCosine: applyEach(first, result, count) { acosh($0) }
        case .inverseHyperbolicTangent: applyEach(first, result, count) { atanh($0) }
        default: break
        }
    }
}
