import ApusInstructions

/// Map programs in i64: exact, wrapping around.
enum MapIntegers: MapCompute {
    typealias Element = Int64
    typealias Block = LongVector
    static var type: StoredType { .int64 }

    static func constant(bits: UInt64) -> Int64 { Int64(bitPattern: bits) }
    static func number(_ index: Int) -> Int64 { Int64(index) }

    static func load(_ tile: MapTile, _ type: StoredType, to register: Numbers) {
        switch type {
        case .float32: convert(from: tile, to: register, as: Float.self) { saturated($0, as: Int64.self) }
        case .float16:
            convert(from: tile, to: register, as: UInt16.self) { saturated(float(fromHalf: $0), as: Int64.self) }
        case .bfloat16:
            convert(from: tile, to: register, as: UInt16.self) { saturated(float(fromBrain: $0), as: Int64.self) }
        case .float64: convert(from: tile, to: register, as: Double.self) { saturated($0, as: Int64.self) }
        case .int8: convert(from: tile, to: register, as: Int8.self) { Int64($0) }
        case .uint8: convert(from: tile, to: register, as: UInt8.self) { Int64($0) }
        case .int16: convert(from: tile, to: register, as: Int16.self) { Int64($0) }
        case .uint16: convert(from: tile, to: register, as: UInt16.self) { Int64($0) }
        case .int32: convert(from: tile, to: register, as: Int32.self) { Int64($0) }
        case .uint32: convert(from: tile, to: register, as: UInt32.self) { Int64($0) }
        case .int64, .uint64: convert(from: tile, to: register, as: Int64.self) { $0 }
        case .boolean: convert(from: tile, to: register, as: UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    static func store(_ register: Numbers, to tile: MapTile, _ type: StoredType) {
        switch type {
        case .float32: convert(register, to: tile, as: Float.self) { Float($0) }
        case .float16: convert(register, to: tile, as: UInt16.self) { half(Float($0)) }
        case .bfloat16: convert(register, to: tile, as: UInt16.self) { brain(Float($0)) }
        case .float64: convert(register, to: tile, as: Double.self) { Double($0) }
        case .int8, .uint8: convert(register, to: tile, as: UInt8.self) { UInt8(truncatingIfNeeded: $0) }
        case .int16, .uint16: convert(register, to: tile, as: UInt16.self) { UInt16(truncatingIfNeeded: $0) }
        case .int32, .uint32: convert(register, to: tile, as: UInt32.self) { UInt32(truncatingIfNeeded: $0) }
        case .int64, .uint64: convert(register, to: tile, as: Int64.self) { $0 }
        case .boolean: convert(register, to: tile, as: UInt8.self) { $0 != 0 ? 1 : 0 }
        }
    }

    @inline(__always)
    private static func choose(_ a: Block, where mask: SIMDMask<LongVector>, else b: Block) -> Block {
        b ^ ((a ^ b) & unsafeBitCast(mask, to: Block.self))
    }

    @inline(__always)
    private static func truth(_ mask: SIMDMask<LongVector>) -> Block {
        unsafeBitCast(mask, to: Block.self) & Block(repeating: 1)
    }

    static func execute(
        _ operation: MapStep.Operation, _ first: Register, _ second: Register, _ third: Register, _ result: Numbers,
        count: Int
    ) {
        switch operation {
        case .add: apply(first, second, result, count) { $0 &+ $1 }
        case .subtract: apply(first, second, result, count) { $0 &- $1 }
        case .multiply: apply(first, second, result, count) { $0 &* $1 }
        case .divide: applyEach(first, second, result, count) { quotient($0, $1) }
        case .remainder: applyEach(first, second, result, count) { remainder($0, $1) }
        case .modulo: applyEach(first, second, result, count) { modulo($0, $1) }
        case .power: applyEach(first, second, result, count) { power($0, $1) }
        case .reciprocal: applyEach(first, result, count) { quotient(1, $0) }
        case .maximum: apply(first, second, result, count) { choose($0, where: $0 .> $1, else: $1) }
        case .minimum: apply(first, second, result, count) { choose($0, where: $0 .< $1, else: $1) }
        case .negate: apply(first, result, count) { 0 &- $0 }
        case .absolute: apply(first, result, count) { choose(0 &- $0, where: $0 .< 0, else: $0) }
        case .sign: apply(first, result, count) { truth($0 .> 0) &- truth($0 .< 0) }
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
        case .select: apply(first, second, third, result, count) { choose($1, where: $0 .!= 0, else: $2) }
        case .bitAnd: apply(first, second, result, count) { $0 & $1 }
        case .bitOr: apply(first, second, result, count) { $0 | $1 }
        case .bitExclusiveOr: apply(first, second, result, count) { $0 ^ $1 }
        case .bitNot: apply(first, result, count) { ~$0 }
        case .shiftLeft: applyEach(first, second, result, count) { $1 < 0 || $1 > 63 ? 0 : $0 &<< $1 }
        case .shiftRight: applyEach(first, second, result, count) { $0 &>> ($1 < 0 || $1 > 63 ? 63 : $1) }
        case .shiftRightUnsigned:
            applyEach(first, second, result, count) {
                $1 < 0 || $1 > 63 ? 0 : Int64(bitPattern: UInt64(bitPattern: $0) &>> UInt64(bitPattern: $1))
            }
        default: break
        }
    }

    // The processor's division can't divide by 0, nor the least number by −1.

    @inline(__always)
    private static func quotient(_ a: Int64, _ b: Int64) -> Int64 { b == 0 ? 0 : b == -1 ? 0 &- a : a / b }

    @inline(__always)
    private static func remainder(_ a: Int64, _ b: Int64) -> Int64 { b == 0 || b == -1 ? 0 : a % b }

    @inline(__always)
    private static func modulo(_ a: Int64, _ b: Int64) -> Int64 {
        let rest = remainder(a, b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
    }

    @inline(__always)
    private static func power(_ base: Int64, _ exponent: Int64) -> Int64 {
        if exponent < 0 { return base == 1 ? 1 : base == -1 ? (exponent & 1 == 0 ? 1 : -1) : 0 }
        var result: Int64 = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result &* square }
            square = square &* square
            rest >>= 1
        }
        return result
    }
}
