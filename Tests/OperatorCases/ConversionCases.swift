import ApusGraph

// Conversions between element types.
extension OperatorCase {
    static let conversions: [String: Generator] = [
        "cast": { random in
            // Only what keeps double precision can be judged by differences: a rounded number moves in steps.
            if random.chance(0.3) {
                return OperatorCase(Cast(to: .f64), [floating(minimum: 0, &random)], differentiable: [0])
            }
            var x = floating(minimum: 0, &random)
            x.elementType = random.pick(.f32, .i8, .u32, .bool)
            return OperatorCase(
                Cast(to: random.pick(.f16, .bf16, .i8, .u8, .i64, .bool)), [x], draws: [.whole(0...1)],
                differentiable: [])
        },
        "quantize_linear": { random in
            let (x, axis, scale) = scaled(&random)
            let type: ElementType = random.pick(.u8, .i8, .i32)
            let zero = random.chance(0.5) ? [TensorType(type, scale.dimensions)] : []
            return OperatorCase(
                QuantizeLinear(to: type, axis: axis), [x, scale] + zero,
                draws: [.within(-300...300), .positive, .whole(0...9)], differentiable: [])
        },
        "dequantize_linear": { random in
            var (x, axis, scale) = scaled(&random)
            x.elementType = random.pick(.u8, .i8, .i32)
            var block = 0
            if scale.rank == 1, random.chance(0.4), let count = scale.dimensions[0].number {
                block = random.integer(1...count + 1)
                scale.dimensions = x.dimensions
                scale.dimensions[axis < 0 ? axis + x.rank : axis] = .fixed((count + block - 1) / block)
            }
            let zero = random.chance(0.5) ? [TensorType(x.elementType, scale.dimensions)] : []
            return OperatorCase(
                DequantizeLinear(axis: axis, block: block), [x, scale] + zero,
                draws: [.whole(0...100), .positive, .whole(0...9)], differentiable: [1])
        },
        "one_hot": { random in
            var x = floating(minimum: 0, &random)
            x.elementType = random.pick(.i64, .u8, .i32)
            let operation = OneHot(
                depth: random.integer(1...4), axis: random.integer(-x.rank - 1...x.rank), on: random.pick(1, 5),
                off: random.pick(0, -2), to: random.pick(.f32, .i8))
            return OperatorCase(operation, [x], draws: [.whole(0...5)], differentiable: [])
        },
    ]

    /// A value, and a scale for it along an axis or for all of it.
    private static func scaled(_ random: inout SeededRandom) -> (TensorType, axis: Int, scale: TensorType) {
        let x = floating(minimum: 1, &random)
        let numbered = x.dimensions.indices.filter { x.dimensions[$0].number != nil }
        guard random.chance(0.7), let axis = numbered.randomElement(using: &random) else {
            return (x, 1, TensorType(.f32, []))
        }
        return (x, random.chance(0.5) ? axis : axis - x.rank, TensorType(.f32, [x.dimensions[axis]]))
    }
}
