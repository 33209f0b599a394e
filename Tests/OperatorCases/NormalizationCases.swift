import ApusGraph

// Normalizations beside batch norm.
extension OperatorCase {
    static let normalizations: [String: Generator] = [
        "normalize_rows": { random in
            let (operation, operands) = rows(&random)
            return OperatorCase(operation, operands, differentiable: Array(operands.indices))
        },
        "normalize_rows_gradient": { random in
            let (operation, operands) = rows(&random)
            let gradient = NormalizeRowsGradient(
                axis: operation.axis, groups: operation.groups, isCentered: operation.isCentered,
                epsilon: operation.epsilon)
            guard let results = try? operation.infer(operands).map(\.type) else { preconditionFailure("\(operands)") }
            return OperatorCase(gradient, [operands[0], results[0], operands[1]] + results.dropFirst())
        },
        "layer_norm": { random in
            let (x, axis) = behindBatch(&random)
            return scaled(LayerNorm(axis: axis, epsilon: random.pick(1e-2, 0.1)), x)
        },
        "rms_norm": { random in
            let (x, axis) = behindBatch(&random)
            return scaled(RootMeanSquareNorm(axis: axis, epsilon: random.pick(1e-2, 0.1)), x)
        },
        "group_norm": { random in
            let (x, groups) = channels(&random)
            return scaled(GroupNorm(groups: groups, epsilon: 1e-2), x)
        },
        "instance_norm": { scaled(InstanceNorm(epsilon: $0.pick(1e-2, 0.1)), channels(&$0).x) },
        "lrn": { random in
            OperatorCase(
                LocalResponseNorm(
                    size: random.integer(1...5), alpha: random.pick(1e-4, 0.5), beta: random.pick(0.75, 0.5),
                    k: random.pick(1, 2)), [channels(&random).x], differentiable: [0])
        },
        "lp_normalization": { random in
            let x = floating(minimum: 1, &random)
            return OperatorCase(
                LpNormalization(axis: axis(of: x, &random), p: random.integer(1...2)), [x], differentiable: [0])
        },
    ]

    /// An operator with all its implicit parameters.
    private static func scaled(_ operation: any Operator, _ x: TensorType) -> OperatorCase {
        let operands = [x] + operation.implicitParameters([x]).map(\.type)
        return OperatorCase(operation, operands, differentiable: Array(operands.indices))
    }

    /// A value, and an axis of it from which on all dimensions have numbers.
    private static func behindBatch(_ random: inout SeededRandom) -> (x: TensorType, axis: Int) {
        let x = floating(minimum: 1, &random)
        let axis = random.integer(x.isBatched ? 1...x.rank - 1 : 0...x.rank - 1)
        return (x, random.chance(0.5) ? axis : axis - x.rank)
    }

    /// `[N, C, ...]`, and a number that divides C.
    private static func channels(_ random: inout SeededRandom) -> (x: TensorType, groups: Int) {
        let (groups, each) = (random.integer(1...3), random.integer(1...3))
        let places = (0..<random.integer(0...2)).map { _ in Dimension.fixed(random.integer(1...3)) }
        return (TensorType(.f32, ["N", .fixed(groups * each)] + places), groups)
    }

    private static func rows(_ random: inout SeededRandom) -> (NormalizeRows, [TensorType]) {
        let isCentered = random.chance(0.6)
        let bias = isCentered && random.chance(0.6)
        if random.chance(0.5) {
            let (x, groups) = channels(&random)
            let scale = TensorType(.f32, [x.dimensions[1]])
            return (
                NormalizeRows(axis: 1, groups: groups, isCentered: isCentered, epsilon: 1e-2),
                [x, scale] + (bias ? [scale] : [])
            )
        }
        let (x, axis) = behindBatch(&random)
        let scale = TensorType(.f32, Array(x.dimensions[(axis < 0 ? axis + x.rank : axis)...]))
        return (
            NormalizeRows(axis: axis, isCentered: isCentered, epsilon: random.pick(1e-2, 0.1)),
            [x, scale] + (bias ? [scale] : [])
        )
    }
}
