package import ApusGraph

// Layers of images and rows, and what training adds to them.
extension OperatorCase {
    static let layers: [String: Generator] = [
        "conv2d": { random in
            let call = ConvolutionCall(&random)
            return OperatorCase(
                call.convolution, call.operands, differentiable: Array(call.operands.indices))
        },
        "conv2d_input_gradient": { random in
            let call = ConvolutionCall(&random)
            return OperatorCase(
                Convolution2DInputGradient(convolution: call.convolution, input: call.size),
                [call.operands[1], call.result], differentiable: [0, 1])
        },
        "conv2d_weight_gradient": { random in
            let call = ConvolutionCall(&random)
            return OperatorCase(
                Convolution2DWeightGradient(convolution: call.convolution), [call.operands[0], call.result])
        },
        "fused_conv2d": { random in
            let call = ConvolutionCall(&random)
            let output = call.result.dimensions.suffix(2).compactMap(\.number)
            let pool = random.chance(0.7) ? output.map { random.integer(1...min($0, 3)) } : nil
            let addend = pool == nil && random.chance(0.7)
            return OperatorCase(
                FusedConvolution2D(
                    convolution: call.convolution,
                    activation: random.pick(.none, .relu, .clip(minimum: -0.5, maximum: 0.75)), addend: addend,
                    pool: pool,
                    argmax: pool != nil && random.chance(0.7)),
                call.operands + (addend ? [call.result] : []))
        },
        "max_pool2d": { random in
            let call = PoolCall(&random)
            return OperatorCase(
                MaxPool2D(
                    window: call.window, stride: call.stride, padding: call.padding, ceil: random.chance(0.3)),
                [call.operand], differentiable: [0])
        },
        "max_pool2d_gradient": { random in
            let call = PoolCall(&random)
            let pool = MaxPool2D(window: call.window, stride: call.stride, padding: call.padding)
            return OperatorCase(MaxPool2DGradient(pool: pool), [call.operand, result(of: pool, call.operand)])
        },
        "max_unpool2d": { random in
            let window = random.pair(1...3)
            let output = random.pair(1...3)
            let dimensions: [Dimension] = ["N", .fixed(random.integer(1...3)), .fixed(output[0]), .fixed(output[1])]
            let input = [0, 1].map { output[$0] * window[$0] + random.integer(0...window[$0] - 1) }
            return OperatorCase(
                MaxUnpool2D(window: window, input: input),
                [TensorType(.u8, dimensions), TensorType(.f32, dimensions)],
                draws: [.argmax(places: window[0] * window[1]), .spread])
        },
        "average_pool2d": { random in
            let call = PoolCall(&random)
            var pool = call.average(&random)
            pool.ceil = random.chance(0.4)
            return OperatorCase(pool, [call.operand], differentiable: [0])
        },
        "average_pool2d_gradient": { random in
            let call = PoolCall(&random)
            let pool = call.average(&random)
            return OperatorCase(
                AveragePool2DGradient(pool: pool, input: call.operand.dimensions.suffix(2).compactMap(\.number)),
                [result(of: pool, call.operand)])
        },
        "global_average_pool": { random in
            let x = random.chance(0.5) ? image(&random) : SpatialCall(rank: random.pick(1, 3), &random).operand
            return OperatorCase(GlobalAveragePool(), [x], differentiable: [0])
        },
        "dense": { random in
            let call = DenseCall(&random)
            return OperatorCase(call.dense, call.operands, differentiable: Array(call.operands.indices))
        },
        "dense_input_gradient": { random in
            let call = DenseCall(&random)
            return OperatorCase(DenseInputGradient(), [call.operands[1], result(of: call.dense, call.operands[0])])
        },
        "dense_weight_gradient": { random in
            let call = DenseCall(&random)
            return OperatorCase(
                DenseWeightGradient(bias: call.dense.bias),
                [call.operands[0], result(of: call.dense, call.operands[0])])
        },
        "fused_dense": { random in
            let call = DenseCall(&random)
            return OperatorCase(FusedDense(dense: call.dense, activation: random.pick(.none, .relu)), call.operands)
        },
        "relu": { elementwise(Relu(), 1, &$0) }, "relu_gradient": { elementwise(ReluGradient(), 2, &$0) },
        "sigmoid": { elementwise(Sigmoid(), 1, &$0) }, "sigmoid_gradient": { elementwise(SigmoidGradient(), 2, &$0) },
        "tanh": { elementwise(Tanh(), 1, &$0) }, "tanh_gradient": { elementwise(TanhGradient(), 2, &$0) },
        "moving_average": { random in
            elementwise(MovingAverage(momentum: Double(random.integer(0...10)) / 10), 2, &random)
        },
        "batch_norm": { random in
            let x = normalized(&random)
            let vector = TensorType(.f32, [x.dimensions[1]])
            return OperatorCase(
                BatchNorm(epsilon: random.pick(1e-5, 1e-3), momentum: random.pick(0.1, 0.5)),
                [x, vector, vector, vector, vector], draws: [.spread, .spread, .spread, .spread, .positive],
                differentiable: [0, 1, 2])
        },
        "batch_norm_training": { random in
            let x = normalized(&random)
            let vector = TensorType(.f32, [x.dimensions[1]])
            return OperatorCase(
                BatchNormTraining(epsilon: random.pick(1e-5, 1e-3)), [x, vector, vector], differentiable: [0, 1, 2])
        },
        "batch_norm_gradient": { random in
            let x = normalized(&random)
            let vector = TensorType(.f32, [x.dimensions[1]])
            return OperatorCase(
                BatchNormGradient(epsilon: random.pick(1e-5, 1e-3)), [x, x, vector, vector, vector],
                draws: [.spread, .spread, .spread, .spread, .positive])
        },
        "fold_batch_norm": { random in
            let outputs = random.integer(1...4)
            let rest = random.chance(0.5) ? [3] : random.pair(1...3) + [2]
            let vector = TensorType(.f32, [.fixed(outputs)])
            return OperatorCase(
                FoldBatchNorm(epsilon: random.pick(1e-5, 1e-3)),
                [TensorType(.f32, ([outputs] + rest).map(Dimension.fixed)), vector, vector, vector, vector, vector],
                draws: [.spread, .spread, .spread, .spread, .spread, .positive])
        },
        "dropout": { random in
            OperatorCase(Dropout(rate: random.pick(0, 0.25, 0.5)), [anyBatch(&random)], differentiable: [0])
        },
        "dropout_training": { random in
            OperatorCase(
                DropoutTraining(rate: random.pick(0, 0.25, 0.5), stream: random.integer(0...9)), [anyBatch(&random)],
                differentiable: [0])
        },
        "gaussian_noise": { random in
            OperatorCase(
                GaussianNoise(amount: random.pick(0, 0.1, 1), stream: random.integer(0...9)), [anyBatch(&random)],
                differentiable: [0])
        },
    ]
}

private func result(of operation: any Operator, _ x: TensorType) -> TensorType {
    do { return try operation.infer([x])[0].type } catch { preconditionFailure("\(operation.name): \(error)") }
}

private func image(_ random: inout SeededRandom) -> TensorType {
    let size = random.pair(1...6)
    return TensorType(.f32, ["N", .fixed(random.integer(1...3)), .fixed(size[0]), .fixed(size[1])])
}

private func anyBatch(_ random: inout SeededRandom) -> TensorType {
    let numbers = (0..<random.integer(0...3)).map { _ in Dimension.fixed(random.integer(1...4)) }
    return TensorType(.f32, ["N"] + numbers)
}

private func normalized(_ random: inout SeededRandom) -> TensorType {
    let numbers = (0..<random.integer(1...4)).map { _ in Dimension.fixed(random.integer(1...3)) }
    return TensorType(.f32, ["N"] + numbers)
}

private func elementwise(_ operation: any Operator, _ count: Int, _ random: inout SeededRandom) -> OperatorCase {
    let numbers = (0..<random.integer(0...3)).map { _ in Dimension.fixed(random.integer(1...4)) }
    let type = TensorType(.f32, random.chance(0.5) ? ["N"] + numbers : numbers)
    return OperatorCase(
        operation, Array(repeating: type, count: count), differentiable: count == 1 ? [0] : nil)
}

/// A dense layer with its operands.
private struct DenseCall {
    let dense: Dense
    let operands: [TensorType]

    init(_ random: inout SeededRandom) {
        dense = Dense(units: random.integer(1...5), bias: random.chance(0.6))
        let x = TensorType(.f32, ["N", .fixed(random.integer(1...5))])
        operands = [x] + dense.implicitParameters([x]).map(\.type)
    }
}

/// Random padding, and the least image that a window of this span fits into with it.
private func padding(_ span: [Int], below limit: [Int], _ random: inout SeededRandom) -> (Padding, minimum: [Int]) {
    if random.chance(0.25) { return (.same, [1, 1]) }
    if random.chance(0.25) { return (.zero, span) }
    let (top, bottom) = (random.integer(0...limit[0]), random.integer(0...limit[0]))
    let (left, right) = (random.integer(0...limit[1]), random.integer(0...limit[1]))
    return (
        .explicit(top: top, left: left, bottom: bottom, right: right),
        [max(1, span[0] - top - bottom), max(1, span[1] - left - right)]
    )
}

/// A convolution with all its attributes at random, and its operands.
package struct ConvolutionCall {
    package let convolution: Convolution2D
    package let operands: [TensorType]
    package let result: TensorType
    package let size: [Int]

    package init(_ random: inout SeededRandom) {
        let kernel = random.pair(1...3)
        let dilation = random.chance(0.6) ? [1, 1] : random.pair(1...3)
        let span = [0, 1].map { dilation[$0] * (kernel[$0] - 1) + 1 }
        let (padding, minimum) = padding(span, below: [3, 3], &random)
        let groups = random.integer(1...3)
        var convolution = Convolution2D(
            filters: groups * random.integer(1...2), kernel: kernel, stride: random.pair(1...3), padding: padding,
            dilation: dilation, groups: groups, bias: random.chance(0.6))
        size = minimum.map { $0 + random.integer(0...4) }
        let geometry = convolution.geometry(height: size[0], width: size[1])
        if random.chance(0.4) {
            convolution.trim = [
                random.integer(0...min(geometry.outputHeight - 1, 2)),
                random.integer(0...min(geometry.outputWidth - 1, 2)),
            ]
        }
        let x = TensorType(.f32, ["N", .fixed(groups * random.integer(1...2)), .fixed(size[0]), .fixed(size[1])])
        operands = [x] + convolution.implicitParameters([x]).map(\.type)
        result = OperatorCases.result(of: convolution, x)
        self.convolution = convolution
    }
}

/// Pooling with all its attributes at random, and its operand.
struct PoolCall {
    let window: [Int]
    let stride: [Int]?
    let padding: Padding
    let operand: TensorType

    init(_ random: inout SeededRandom) {
        window = random.pair(1...3)
        stride = random.chance(0.5) ? nil : random.pair(1...3)
        let (padding, minimum) = OperatorCases.padding(window, below: window.map { $0 - 1 }, &random)
        self.padding = padding
        let size = minimum.map { $0 + random.integer(0...4) }
        operand = TensorType(.f32, ["N", .fixed(random.integer(1...2)), .fixed(size[0]), .fixed(size[1])])
    }

    func average(_ random: inout SeededRandom) -> AveragePool2D {
        AveragePool2D(window: window, stride: stride, padding: padding, countPadding: random.chance(0.5))
    }
}
