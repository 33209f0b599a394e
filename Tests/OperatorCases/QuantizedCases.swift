import ApusGraph

// What computes with bytes.
extension OperatorCase {
    static let quantized: [String: Generator] = [
        "quantize": { random in
            let operation = Quantize(scale: random.pick(0.01, 0.5, 3), zero: random.pick(0, 7, 128, 255))
            return OperatorCase(operation, [floating(minimum: 0, &random)], draws: [.within(-9...9)])
        },
        "dequantize": { random in
            var x = floating(minimum: 0, &random)
            x.elementType = .u8
            let operation = Dequantize(scale: random.pick(0.01, 0.5, 3), zero: random.pick(0, 7, 128, 255))
            return OperatorCase(operation, [x], draws: [.whole(0...255)])
        },
        "fake_quantize": { random in
            // Beyond the range, where differences tell the slope.
            let isBelow = random.chance(0.5)
            let operation =
                random.chance(0.5) ? FakeQuantize(minimum: -2, maximum: 2) : FakeQuantize(zero: 1, maximum: 3)
            var x = floating(minimum: 0, &random)
            if random.chance(0.2) { x.elementType = .f64 }
            let shape = x.dimensions.map { random.chance(0.4) ? 1 : $0 }
            let scale = TensorType(x.elementType, Array(shape.dropFirst(random.integer(0...x.rank))))
            return OperatorCase(
                operation, [x, scale], draws: [isBelow ? .within(-9...(-3)) : .within(3...9), .positive],
                differentiable: [0, 1])
        },
        "integer_conv2d": { random in
            let call = ConvolutionCall(&random)
            var (x, weight) = (call.operands[0], call.operands[1])
            (x.elementType, weight.elementType) = (.u8, .i8)
            var made = OperatorCase(
                IntegerConvolution2D(call.convolution, sourceZero: random.pick(0, 3, 128)), [x, weight],
                draws: [.whole(0...255), .whole(-127...127)])
            made.constants = [1]
            return made
        },
        "quantized_conv2d": { random in
            let call = ConvolutionCall(&random)
            let elementType: ElementType = random.pick(.u8, .u8, .f32)
            let output = call.result.dimensions.suffix(2).compactMap(\.number)
            let isPooled = call.convolution.stride == [1, 1] && output.allSatisfy { $0 > 1 } && random.chance(0.5)
            let operation = QuantizedConvolution2D(
                call.convolution, sourceZero: random.pick(0, 3, 128), result: result(elementType, &random),
                pool: isPooled ? [2, 2] : nil,
                addend: random.chance(0.3) ? .init(zero: random.pick(0, 128), scale: random.pick(0.25, 1.5)) : nil)
            var weight = call.operands[1]
            weight.elementType = .i8
            let filters = Dimension.fixed(call.convolution.filters)
            var x = call.operands[0]
            x.elementType = .u8
            var operands = [x, weight, TensorType(.i32, [filters]), TensorType(.f32, [filters])]
            var draws: [Draw] = [.whole(0...255), .whole(-127...127), .whole(-5000...5000), .within(0.001...0.02)]
            if operation.addend != nil {
                var result = call.result
                result.elementType = .u8
                if isPooled { for axis in 0...1 { result.dimensions[2 + axis] = .fixed(output[axis] / 2) } }
                operands.append(result)
                draws.append(.whole(0...255))
            }
            var made = OperatorCase(operation, operands, draws: draws)
            made.constants = [1, 2, 3]
            return made
        },
        "quantized_add": { random in
            var x = floating(minimum: 0, &random)
            x.elementType = .u8
            let terms = (0..<2).map { _ in
                QuantizedAdd.Term(scale: random.pick(0.25, 1, 1.5), zero: random.pick(0, 3, 128))
            }
            let operation = QuantizedAdd(terms[0], terms[1], result: result(.u8, &random))
            return OperatorCase(operation, [x, x], draws: [.whole(0...255), .whole(0...255)])
        },
        "quantized_max_pool2d": { random in
            let call = PoolCall(&random)
            let pool = MaxPool2D(window: call.window, stride: call.stride, padding: call.padding)
            var x = call.operand
            x.elementType = .u8
            return OperatorCase(QuantizedMaxPool2D(pool), [x], draws: [.whole(0...255)])
        },
        "quantized_average_pool2d": { random in
            let call = PoolCall(&random)
            var x = call.operand
            x.elementType = .u8
            let operation = QuantizedAveragePool2D(
                call.average(&random), sourceZero: random.pick(0, 3, 128), scale: random.pick(0.5, 1, 1.75),
                result: result(random.pick(.u8, .u8, .f32), &random))
            return OperatorCase(operation, [x], draws: [.whole(0...255)])
        },
        "block_dense": { random in
            let operation = BlockDense(
                units: random.integer(1...20), bias: random.chance(0.6), block: random.pick(32, 64, 100),
                activation: random.pick(.none, .relu))
            let inputs = random.integer(1...90)
            let blocks = (inputs + operation.block - 1) / operation.block
            let operands = [
                TensorType(.f32, ["N", .fixed(inputs)]), TensorType(.i8, shape: [operation.units, inputs]),
                TensorType(.f32, shape: [operation.units, blocks]), TensorType(.f32, shape: [operation.units]),
            ]
            let limit = random.pick(7, 127)
            var made = OperatorCase(
                operation, Array(operands.prefix(operation.bias ? 4 : 3)),
                draws: [.within(-2...2), .whole(-limit - 1...limit), .within(0.001...0.02), .spread])
            made.constants = operation.bias ? [1, 2, 3] : [1, 2]
            return made
        },
        "byte_table": { random in
            var x = floating(minimum: 0, &random)
            x.elementType = .u8
            var made = OperatorCase(
                ByteTable(), [x, TensorType(.u8, [256])], draws: [.whole(0...255), .whole(0...255)])
            made.constants = [1]
            return made
        },
    ]

    /// What becomes of numbers, at times with a limit.
    private static func result(_ type: ElementType, _ random: inout SeededRandom) -> QuantizedResult {
        var result = QuantizedResult(type, zero: type == .u8 ? random.pick(0, 90, 128) : 0)
        if random.chance(0.3) { result.minimum = 0 }
        return result
    }
}
