import ApusInstructions
import CPlatform
import Glibc

/// Map programs in f32.
enum MapFloats: MapCompute {
    typealias Element = Float
    typealias Block = Vector
    static var type: StoredType { .float32 }

    static func constant(bits: UInt64) -> Float { Float(Double(bitPattern: bits)) }
    static func number(_ index: Int) -> Float { Float(index) }

    static func load(_ tile: MapTile, _ type: StoredType, to register: Floats) {
        switch type {
        case .float32: convert(from: tile, to: register, as: Float.self) { $0 }
        case .float16: convert(from: tile, to: register, as: UInt16.self) { float(fromHalf: $0) }
        case .bfloat16: convert(from: tile, to: register, as: UInt16.self) { float(fromBrain: $0) }
        case .float64: convert(from: tile, to: register, as: Double.self) { Float($0) }
        case .int8: convert(from: tile, to: register, as: Int8.self) { Float($0) }
        case .uint8: convert(from: tile, to: register, as: UInt8.self) { Float($0) }
        case .int16: convert(from: tile, to: register, as: Int16.self) { Float($0) }
        case .uint16: convert(from: tile, to: register, as: UInt16.self) { Float($0) }
        case .int32: convert(from: tile, to: register, as: Int32.self) { Float($0) }
        case .uint32: convert(from: tile, to: register, as: UInt32.self) { Float($0) }
        case .int64: convert(from: tile, to: register, as: Int64.self) { Float($0) }
        case .uint64: convert(from: tile, to: register, as: UInt64.self) { Float($0) }
        case .boolean: convert(from: tile, to: register, as: UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    static func store(_ register: Floats, to tile: MapTile, _ type: StoredType) {
        switch type {
        case .float32: convert(register, to: tile, as: Float.self) { $0 }
        case .float16: convert(register, to: tile, as: UInt16.self) { half($0) }
        case .bfloat16: convert(register, to: tile, as: UInt16.self) { brain($0) }
        case .float64: convert(register, to: tile, as: Double.self) { Double($0) }
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

    /// 1 in the lanes where `mask` is true, else 0.
    @inline(__always)
    fileprivate static func truth(_ mask: LaneMask) -> Vector {
        choose(Vector(repeating: 1), where: mask, else: Vector())
    }

    static func execute(
        _ operation: MapStep.Operation, _ first: Register, _ second: Register, _ third: Register, _ result: Floats,
        count: Int
    ) {
        switch operation {
        case .constant, .index: break
        case .add: apply(first, second, result, count) { $0 + $1 }
        case .subtract: apply(first, second, result, count) { $0 - $1 }
        case .multiply: apply(first, second, result, count) { $0 * $1 }
        case .divide: apply(first, second, result, count) { $0 / $1 }
        case .maximum: apply(first, second, result, count) { maximum($0, $1) }
        case .minimum: apply(first, second, result, count) { minimum($0, $1) }
        case .negate: apply(first, result, count) { negated($0) }
        case .squareRoot: apply(first, result, count) { squareRoot($0) }
        case .absolute: apply(first, result, count) { magnitude($0) }
        case .reciprocal: apply(first, result, count) { 1 / $0 }
        case .sign: signLoop(first, result, count)
        case .floor: floorLoop(first, result, count)
        case .ceiling: ceilingLoop(first, result, count)
        case .round: roundLoop(first, result, count)
        case .greater: apply(first, second, result, count) { truth($0 .> $1) }
        case .equal: apply(first, second, result, count) { truth($0 .== $1) }
        case .less: apply(first, second, result, count) { truth($0 .< $1) }
        case .lessOrEqual: apply(first, second, result, count) { truth($0 .<= $1) }
        case .greaterOrEqual: apply(first, second, result, count) { truth($0 .>= $1) }
        case .notEqual: apply(first, second, result, count) { truth($0 .!= $1) }
        case .and: apply(first, second, result, count) { truth(($0 .!= 0) .& ($1 .!= 0)) }
        case .or: apply(first, second, result, count) { truth(($0 .!= 0) .| ($1 .!= 0)) }
        case .not: apply(first, result, count) { truth($0 .== 0) }
        case .exclusiveOr: apply(first, second, result, count) { truth(($0 .!= 0) .^ ($1 .!= 0)) }
        case .isNaN: apply(first, result, count) { truth($0 .!= $0) }
        case .isInfinite: apply(first, result, count) { truth(magnitude($0) .== Vector(repeating: .infinity)) }
        case .select: apply(first, second, third, result, count) { choose($1, where: $0 .!= 0, else: $2) }
        case .bitAnd, .bitOr, .bitExclusiveOr, .bitNot, .shiftLeft, .shiftRight, .shiftRightUnsigned: break
        case .remainder: applyEach(first, second, result, count) { fmodf($0, $1) }
        case .modulo: applyEach(first, second, result, count) { flooredModulo($0, $1) }
        default: function(operation, first, second, result, count)
        }
    }

    @inline(__always)
    private static func flooredModulo(_ a: Float, _ b: Float) -> Float {
        let rest = fmodf(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }

    /// The functions that take more than a few instructions.
    private static func function(
        _ operation: MapStep.Operation, _ first: Register, _ second: Register, _ result: Floats, _ count: Int
    ) {
        switch operation {
        case .exponential: exponentialLoop(first, result, count)
        case .logarithm: logarithmLoop(first, result, count)
        case .hyperbolicTangent: hyperbolicTangentLoop(first, result, count)
        case .logistic: logisticLoop(first, result, count)
        case .errorFunction: errorFunctionLoop(first, result, count)
        case .power: powerLoop(first, second, result, count)
        case .sine: sineLoop(first, result, count)
        case .cosine: cosineLoop(first, result, count)
        case .tangent: tangentLoop(first, result, count)
        case .arcSine: arcSineLoop(first, result, count)
        case .arcCosine: arcCosineLoop(first, result, count)
        case .arcTangent: arcTangentLoop(first, result, count)
        case .hyperbolicSine: hyperbolicSineLoop(first, result, count)
        case .hyperbolicCosine: hyperbolicCosineLoop(first, result, count)
        case .inverseHyperbolicSine: inverseHyperbolicSineLoop(first, result, count)
        case .inverseHyperbolicCosine: inverseHyperbolicCosineLoop(first, result, count)
        case .inverseHyperbolicTangent: inverseHyperbolicTangentLoop(first, result, count)
        default: break
        }
    }
}

/// Whether any number is beyond what the reduction of angles can do.
private func hasLargeAngle(_ first: MapFloats.Register, _ count: Int) -> Bool {
    var maximum = Vector()
    for index in stride(from: 0, to: count, by: lanes) {
        let size = magnitude(MapFloats.block(first, at: index))
        maximum = choose(size, where: size .> maximum, else: maximum)
    }
    return maximumLane(maximum) > 33_554_432
}

// One loop for each of the long functions: passed as a closure to a place where many are, they would stay calls.

private func exponentialLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) {
        let root = exponential($0 * 0.5)
        return root * root
    }
}

private func logarithmLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { logarithm($0) }
}

private func hyperbolicTangentLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { hyperbolicTangent($0) }
}

private func logisticLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { logistic($0) }
}

private func errorFunctionLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { errorFunction($0) }
}

private func powerLoop(
    _ first: MapFloats.Register, _ second: MapFloats.Register, _ result: Floats, _ count: Int
) {
    MapFloats.apply(first, second, result, count) { narrowed(power(widened($0), widened($1))) }
}

private func sineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    if hasLargeAngle(first, count) {
        MapFloats.applyEach(first, result, count) { sinf($0) }
    } else {
        MapFloats.apply(first, result, count) { narrowed(sine(widened($0))) }
    }
}

private func cosineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    if hasLargeAngle(first, count) {
        MapFloats.applyEach(first, result, count) { cosf($0) }
    } else {
        MapFloats.apply(first, result, count) { narrowed(cosine(widened($0))) }
    }
}

private func tangentLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    if hasLargeAngle(first, count) {
        MapFloats.applyEach(first, result, count) { tanf($0) }
    } else {
        MapFloats.apply(first, result, count) { narrowed(tangent(widened($0))) }
    }
}

private func arcSineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(arcSine(widened($0))) }
}

private func arcCosineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(arcCosine(widened($0))) }
}

private func arcTangentLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(arcTangent(widened($0))) }
}

private func hyperbolicSineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(hyperbolicSine(widened($0))) }
}

private func hyperbolicCosineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(hyperbolicCosine(widened($0))) }
}

private func inverseHyperbolicSineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(inverseHyperbolicSine(widened($0))) }
}

private func inverseHyperbolicCosineLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(inverseHyperbolicCosine(widened($0))) }
}

private func inverseHyperbolicTangentLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) { narrowed(inverseHyperbolicTangent(widened($0))) }
}

private func signLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) {
        choose(MapFloats.truth($0 .> 0) - MapFloats.truth($0 .< 0), where: $0 .== $0, else: $0)
    }
}

private func floorLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) {
        #if VECTOR_16
            apus_floor_16($0)
        #elseif VECTOR_8
            apus_floor_8($0)
        #else
            apus_floor_4($0)
        #endif
    }
}

private func ceilingLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) {
        #if VECTOR_16
            apus_ceiling_16($0)
        #elseif VECTOR_8
            apus_ceiling_8($0)
        #else
            apus_ceiling_4($0)
        #endif
    }
}

private func roundLoop(_ first: MapFloats.Register, _ result: Floats, _ count: Int) {
    MapFloats.apply(first, result, count) {
        #if VECTOR_16
            apus_round_16($0)
        #elseif VECTOR_8
            apus_round_8($0)
        #else
            apus_round_4($0)
        #endif
    }
}
