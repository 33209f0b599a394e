import ApusGraph
import OperatorCases
import Testing

/// Reference kernels against other ways to compute the same: formulas written out, and compositions of operators.
struct ReferenceKernelTests {
    static let seed: UInt64 = 11

    private func evaluate(_ operation: any Operator, _ types: [TensorType], _ operands: [Tensor], batch: Int) throws
        -> [Tensor]
    {
        let shapes = try operation.infer(types).map { $0.type.shape(batch: batch) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext(seed: 5))
    }

    private func expectNear(_ left: Tensor, _ right: Tensor, _ place: String) {
        #expect(left.shape == right.shape, "\(place)")
        let distance = zip(left.elements, right.elements).map { abs($0 - $1) }.max() ?? 0
        #expect(distance < 1e-12, "\(place) differs by \(distance)")
    }

    /// The convolution's formula, one output at a time.
    @Test func convolutionIsItsFormula() throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<60 {
            let call = ConvolutionCall(&random)
            let (convolution, place) = (call.convolution, "case \(number), seed \(Self.seed): \(call.convolution)")
            let operands = call.operands.map { Draw.spread.tensor($0.shape(batch: 2), &random) }
            let (x, weight) = (operands[0], operands[1])
            let geometry = convolution.geometry(height: call.size[0], width: call.size[1])
            let y = try evaluate(convolution, call.operands, operands, batch: 2)[0]
            var expected = Tensor(shape: y.shape)
            for n in 0..<2 {
                for o in 0..<convolution.filters {
                    for r in 0..<geometry.outputHeight {
                        for s in 0..<geometry.outputWidth {
                            var sum = convolution.bias ? operands[2][o] : 0
                            for c in 0..<weight.shape[1] {
                                let channel = o / (convolution.filters / convolution.groups) * weight.shape[1] + c
                                for i in 0..<convolution.kernel[0] {
                                    for j in 0..<convolution.kernel[1] {
                                        let row =
                                            r * convolution.stride[0] + i * convolution.dilation[0] - geometry.padTop
                                        let column =
                                            s * convolution.stride[1] + j * convolution.dilation[1] - geometry.padLeft
                                        guard row >= 0, row < x.shape[2], column >= 0, column < x.shape[3] else {
                                            continue
                                        }
                                        sum += weight[o, c, i, j] * x[n, channel, row, column]
                                    }
                                }
                            }
                            expected[n, o, r, s] = sum
                        }
                    }
                }
            }
            expectNear(y, expected, place)
        }
    }

    @Test func fusedConvolutionIsItsParts() throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<100 {
            let call = ConvolutionCall(&random)
            let place = "case \(number), seed \(Self.seed): \(call.convolution)"
            let sizes = call.result.dimensions.suffix(2).compactMap(\.number)
            let window = sizes.map { random.integer(1...min($0, 3)) }
            let activation: FusedActivation = random.pick(.none, .relu)
            let fused = FusedConvolution2D(
                convolution: call.convolution, activation: activation, pool: window, argmax: true)
            let operands = call.operands.map { Draw.spread.tensor($0.shape(batch: 2), &random) }
            let results = try evaluate(fused, call.operands, operands, batch: 2)

            let sums = try evaluate(call.convolution, call.operands, operands, batch: 2)[0]
            let active = activation == .relu ? try evaluate(Relu(), [call.result], [sums], batch: 2)[0] : sums
            let pool = MaxPool2D(window: window)
            expectNear(results[0], try evaluate(pool, [call.result], [active], batch: 2)[0], place)

            // The argmax is all that the gradient of both needs.
            let gradient = Draw.spread.tensor(results[0].shape, &random)
            let pooled = try pool.infer([call.result])[0].type
            let argmax = TensorType(.u8, pooled.dimensions)
            let short = try evaluate(
                MaxUnpool2D(window: window, input: sizes), [argmax, pooled], [results[1], gradient], batch: 2)[0]
            var long = try evaluate(
                MaxPool2DGradient(pool: pool), [call.result, pooled], [active, gradient], batch: 2)[0]
            if activation == .relu {
                long = try evaluate(ReluGradient(), [call.result, call.result], [active, long], batch: 2)[0]
            }
            expectNear(short, long, place)
        }
    }

    @Test func fusedAdditionIsItsParts() throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<50 {
            let call = ConvolutionCall(&random)
            let operands = (call.operands + [call.result]).map { Draw.spread.tensor($0.shape(batch: 2), &random) }
            let clip = Clip(minimum: -1, maximum: 2)
            let activations: [(FusedActivation, any Operator)] = [
                (.relu, Relu()), (.clip(minimum: -1, maximum: 2), clip),
            ]
            let (activation, operation) = activations[number % 2]
            let fused = FusedConvolution2D(convolution: call.convolution, activation: activation, addend: true)
            let short = try evaluate(fused, call.operands + [call.result], operands, batch: 2)[0]
            let product = try evaluate(call.convolution, call.operands, Array(operands.dropLast()), batch: 2)[0]
            let types = [call.result, call.result]
            let sum = try evaluate(Add(), types, [product, operands[operands.count - 1]], batch: 2)[0]
            let long = try evaluate(operation, [call.result], [sum], batch: 2)[0]
            expectNear(short, long, "case \(number), seed \(Self.seed): \(call.convolution)")
        }
    }

    @Test func foldedBatchNormIsBatchNormBehindTheLayer() throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<30 {
            let call = ConvolutionCall(&random)
            guard call.convolution.bias else { continue }
            let place = "case \(number), seed \(Self.seed): \(call.convolution)"
            let operands = call.operands.map { Draw.spread.tensor($0.shape(batch: 2), &random) }
            let vector = call.operands[2]
            let statistics = [Draw.spread, .spread, .spread, .positive].map {
                $0.tensor(vector.shape(batch: 2), &random)
            }
            let folded = try evaluate(
                FoldBatchNorm(), Array(call.operands.dropFirst()) + Array(repeating: vector, count: 4),
                Array(operands.dropFirst()) + statistics, batch: 2)
            let short = try evaluate(call.convolution, call.operands, [operands[0]] + folded, batch: 2)[0]
            let sums = try evaluate(call.convolution, call.operands, operands, batch: 2)[0]
            let long = try evaluate(
                BatchNorm(), [call.result] + Array(repeating: vector, count: 4), [sums] + statistics, batch: 2)[0]
            expectNear(short, long, place)
        }
    }

    @Test func batchNormTrainingIsBatchNormWithItsOwnStatistics() throws {
        var random = SeededRandom(seed: Self.seed)
        let (x, vector) = (TensorType(.f32, ["N", 3, 4, 5]), TensorType(.f32, [3]))
        let operands = [x, vector, vector].map { Draw.spread.tensor($0.shape(batch: 4), &random) }
        let results = try evaluate(BatchNormTraining(), [x, vector, vector], operands, batch: 4)
        let inference = try evaluate(
            BatchNorm(), [x, vector, vector, vector, vector], operands + results.dropFirst(), batch: 4)
        expectNear(results[0], inference[0], "batch norm")
        // Without scale and bias every channel has mean 0 and variance 1, but for epsilon.
        let plain = [operands[0], Tensor(shape: [3], repeating: 1), Tensor(shape: [3])]
        let again = try evaluate(
            BatchNormTraining(), [x, vector, vector],
            [try evaluate(BatchNormTraining(), [x, vector, vector], plain, batch: 4)[0]] + plain.dropFirst(), batch: 4)
        #expect(again[1].elements.allSatisfy { abs($0) < 1e-12 })
        #expect(again[2].elements.allSatisfy { abs($0 - 1) < 1e-3 })
    }

    @Test func averagePoolingCountsPaddingOnlyWhereAsked() throws {
        let x = TensorType(.f32, ["N", 1, 2, 2])
        let image = Tensor(shape: [1, 1, 2, 2], elements: [1, 2, 3, 4])
        let pool = AveragePool2D(window: [2, 2], stride: [2, 2], padding: Padding(1))
        #expect(try evaluate(pool, [x], [image], batch: 1)[0].elements == [1, 2, 3, 4])
        let counting = AveragePool2D(window: [2, 2], stride: [2, 2], padding: Padding(1), countPadding: true)
        #expect(try evaluate(counting, [x], [image], batch: 1)[0].elements == [0.25, 0.5, 0.75, 1])
    }

    @Test func maxPoolingTakesTheFirstOfEquals() throws {
        let (x, y) = (TensorType(.f32, ["N", 1, 2, 2]), TensorType(.f32, ["N", 1, 1, 1]))
        let image = Tensor(shape: [1, 1, 2, 2], elements: [-3, 5, 5, 1])
        let gradient = try evaluate(
            MaxPool2DGradient(pool: MaxPool2D(window: [2, 2])), [x, y],
            [image, Tensor(shape: [1, 1, 1, 1], elements: [7])],
            batch: 1)
        #expect(gradient[0].elements == [0, 7, 0, 0])
    }

    @Test func softmaxIsStableAndItsLogarithmAgrees() throws {
        let x = TensorType(.f32, ["N", 3])
        let logits = Tensor(shape: [2, 3], elements: [1000, 1001, 999, -1000, -1000, -1000])
        let y = try evaluate(Softmax(), [x], [logits], batch: 2)[0]
        for row in 0..<2 { #expect(abs(y.elements[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-12) }
        #expect(y.elements.suffix(3).allSatisfy { abs($0 - 1.0 / 3) < 1e-12 })
        let labels = Tensor(shape: [2], elements: [1, 2])
        let types = [x, TensorType(.i32, ["N"])]
        let direct = try evaluate(LogitCrossEntropy(), types, [logits, labels], batch: 2)[0]
        let composed = try evaluate(CrossEntropy(), types, [y, labels], batch: 2)[0]
        expectNear(direct, composed, "cross entropy")
    }

    @Test func labelsThatAreNoClassContributeNothing() throws {
        let types = [TensorType(.f32, ["N", 2]), TensorType(.i32, ["N"])]
        let rows = Tensor(shape: [4, 2], repeating: 0.5)
        let labels = Tensor(shape: [4], elements: [0, -1, 2, 1])
        let loss = try evaluate(CrossEntropy(), types, [rows, labels], batch: 4)[0].elements[0]
        #expect(abs(loss - 0.34657359027997264) < 1e-12)  // (2 · ln 2) / 4
        let gradient = try evaluate(
            LogitCrossEntropyGradient(), types + [TensorType(.f32, [])],
            [rows, labels, Tensor(shape: [], elements: [1])], batch: 4)[0]
        #expect(gradient.elements == [-0.125, 0.125, 0, 0, 0, 0, 0.125, -0.125])
        let impossible = Tensor(shape: [4, 2], repeating: 0)
        #expect(try evaluate(CrossEntropy(), types, [impossible, labels], batch: 4)[0].elements[0].isFinite)
    }
}
