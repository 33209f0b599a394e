package import ApusGraph

// Convolutions and pools of one and three dimensions, and transposed convolutions.
extension OperatorCase {
    static let spatial: [String: Generator] = [
        "conv1d": { random in
            let call = SpatialCall(rank: 1, &random)
            return parameterized(
                Convolution1D(
                    filters: call.filters, kernel: call.size[0], stride: call.stride[0],
                    padding: (call.padding[0], random.integer(0...1)), dilation: call.dilation[0], groups: call.groups,
                    bias: random.chance(0.5)), call.operand)
        },
        "conv3d": { random in
            let call = SpatialCall(rank: 3, &random)
            return parameterized(
                Convolution3D(
                    filters: call.filters, kernel: call.size, stride: call.stride, padding: call.padding,
                    dilation: call.dilation, groups: call.groups, bias: random.chance(0.5)), call.operand)
        },
        "conv_transpose1d": { random in
            let call = SpatialCall(rank: 1, &random)
            return parameterized(
                ConvolutionTranspose1D(
                    filters: call.filters, kernel: call.size[0], stride: call.stride[0],
                    padding: call.croppable[0], dilation: call.dilation[0], outputPadding: call.outputPadding[0],
                    groups: call.groups, bias: random.chance(0.5)), call.operand)
        },
        "conv_transpose2d": { random in
            let call = SpatialCall(rank: 2, &random)
            return parameterized(
                ConvolutionTranspose2D(
                    filters: call.filters, kernel: call.size, stride: call.stride, padding: call.croppable,
                    dilation: call.dilation, outputPadding: call.outputPadding, groups: call.groups,
                    bias: random.chance(0.5)), call.operand)
        },
        "conv_transpose3d": { random in
            let call = SpatialCall(rank: 3, &random)
            return parameterized(
                ConvolutionTranspose3D(
                    filters: call.filters, kernel: call.size, stride: call.stride, padding: call.croppable,
                    dilation: call.dilation, outputPadding: call.outputPadding, groups: call.groups,
                    bias: random.chance(0.5)), call.operand)
        },
        "max_pool1d": { random in
            let call = SpatialCall(rank: 1, isPool: true, &random)
            return OperatorCase(
                MaxPool1D(window: call.size, stride: call.stride, padding: call.padding, ceil: random.chance(0.5)),
                [call.operand], differentiable: [0])
        },
        "max_pool3d": { random in
            let call = SpatialCall(rank: 3, isPool: true, &random)
            return OperatorCase(
                MaxPool3D(window: call.size, stride: call.stride, padding: call.padding, ceil: random.chance(0.5)),
                [call.operand], differentiable: [0])
        },
        "average_pool1d": { random in
            let call = SpatialCall(rank: 1, isPool: true, &random)
            return OperatorCase(
                AveragePool1D(
                    window: call.size, stride: call.stride, padding: call.padding, ceil: random.chance(0.5),
                    countPadding: random.chance(0.5)), [call.operand], differentiable: [0])
        },
        "average_pool3d": { random in
            let call = SpatialCall(rank: 3, isPool: true, &random)
            return OperatorCase(
                AveragePool3D(
                    window: call.size, stride: call.stride, padding: call.padding, ceil: random.chance(0.5),
                    countPadding: random.chance(0.5)), [call.operand], differentiable: [0])
        },
        "lp_pool": { random in
            let call = SpatialCall(rank: random.integer(1...3), isPool: true, &random)
            return OperatorCase(
                LpPool(
                    window: call.size, stride: call.stride, padding: call.padding, ceil: random.chance(0.5),
                    p: random.pick(1, 2, 3)), [call.operand], draws: [.positive], differentiable: [0])
        },
    ]

    /// An operator with all its implicit parameters.
    static func parameterized(_ operation: any Operator, _ x: TensorType) -> OperatorCase {
        let operands = [x] + operation.implicitParameters([x]).map(\.type)
        return OperatorCase(operation, operands, differentiable: Array(operands.indices))
    }
}

/// Attributes of a window over one to three dimensions at random, and an operand that it fits.
package struct SpatialCall {
    package var size: [Int] = []
    package var stride: [Int] = []
    package var dilation: [Int] = []
    package var padding: [Int] = []
    package var outputPadding: [Int] = []
    /// Padding that leaves something of a transposed convolution's output.
    package var croppable: [Int] = []
    package var groups: Int
    package var filters: Int
    package var operand: TensorType

    package init(rank: Int, isPool: Bool = false, _ random: inout SeededRandom) {
        groups = isPool ? 1 : random.pick(1, 1, 2)
        filters = groups * random.integer(1...2)
        var dimensions: [Dimension] = ["N", .fixed(groups * random.integer(1...(rank == 3 ? 1 : 2)))]
        for _ in 0..<rank {
            let window = random.integer(1...3)
            let dilation = isPool || random.chance(0.7) ? 1 : 2
            let padding = random.integer(0...(isPool ? window - 1 : 1))
            let span = dilation * (window - 1) + 1
            let extent = max(1, span - 2 * padding) + random.integer(0...(rank == 3 ? 1 : 3))
            size.append(window)
            stride.append(random.integer(1...(rank == 3 ? 2 : 3)))
            self.dilation.append(dilation)
            self.padding.append(padding)
            outputPadding.append(random.integer(0...stride[stride.count - 1] - 1))
            croppable.append(min(padding, ((extent - 1) * stride[stride.count - 1] + span - 1) / 2))
            dimensions.append(.fixed(extent))
        }
        operand = TensorType(.f32, dimensions)
    }
}
