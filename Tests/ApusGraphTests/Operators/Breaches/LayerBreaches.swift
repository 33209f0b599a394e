import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }

private let image = f32("N", 4, 8, 8)
private let rows = f32("N", 10)
private let labels = TensorType(.i32, ["N"])
private let scalar = f32()
private let unknownHeight = f32("N", 4, "H", 8)

extension Breach {
    static let layers: [Breach] =
        convolution + fused + pooling + poolingGradients + dense + elementwise + normalization + random

    private static func convolutions(
        _ wrap: (Convolution2D) -> any Operator
    ) -> [Breach] {
        func make(
            _ change: (inout Convolution2D) -> Void, _ operands: [TensorType], _ label: String, _ message: String
        ) -> Breach {
            var convolution = Convolution2D(filters: 8, kernel: [3, 3])
            change(&convolution)
            return Breach(wrap(convolution), operands, label, message)
        }
        let weight = f32(8, 4, 3, 3)
        return [
            make({ _ in }, [], "C1", "takes x, a weight and a bias, not 0 operands"),
            make({ $0.bias = false }, [image, weight, f32(8)], "C1", "takes x and a weight, not 3 operands"),
            make({ _ in }, [rows], "C2", "not on f32[N, 10]"),
            make({ _ in }, [unknownHeight], "C2", "not on f32[N, 4, H, 8]"),
            make({ _ in }, [f32(4, 8, 8)], "C2", "not on f32[4, 8, 8]"),
            make({ $0.stride = [0, 1] }, [image], "C3", "stride ([0, 1])"),
            make({ $0.kernel = [3] }, [image], "C3", "window ([3])"),
            make(
                { $0.padding = .explicit(top: -1, left: 0, bottom: 0, right: 0) }, [image], "C3", "no negative padding"),
            make({ $0.trim = [0, -1] }, [image], "C3", "no negative padding"),
            make({ $0.groups = 3 }, [image], "C4", "8 filters can't be split into 3 groups"),
            make({ $0.groups = 0 }, [image], "C4", "8 filters can't be split into 0 groups"),
            make({ $0.filters = 0 }, [image], "C4", "0 filters"),
            make({ $0.groups = 8 }, [image], "C5", "the 4 channels of f32[N, 4, 8, 8] can't be split into 8 groups"),
            make({ $0.dilation = [4, 1] }, [image], "C6", "spans 9 rows, but its operand has only 8 with the padding"),
            make(
                {
                    $0.kernel = [3, 11]; $0.padding = Padding(1)
                }, [image], "C6",
                "spans 11 columns, but its operand has only 8 + 1 + 1 = 10"),
            make({ $0.trim = [6, 0] }, [image], "C6", "rows"),
            make({ _ in }, [image, f32(8, 4, 3, 2)], "C7", "is f32[8, 4, 3, 3] here, not f32[8, 4, 3, 2]"),
            make({ _ in }, [image, weight, f32(4)], "C8", "is f32[8] here, not f32[4]"),
        ]
    }

    private static let convolution: [Breach] = {
        let plain = Convolution2D(filters: 8, kernel: [3, 3])
        let input = Convolution2DInputGradient(convolution: plain, input: [8, 8])
        let weight = Convolution2DWeightGradient(convolution: plain)
        let small = Convolution2DInputGradient(convolution: plain, input: [2, 8])
        return convolutions { $0 } + [
            Breach(input, [f32(8, 4, 3, 3)], "C1", "takes a convolution's weight and its result's gradient"),
            Breach(input, [f32(8, 4), image], "C1", "takes a convolution's weight and its result's gradient"),
            Breach(small, [f32(8, 4, 3, 3), f32("N", 8, 6, 6)], "C2", "spans 3 rows, but its operand has only 2"),
            Breach(input, [f32(8, 4, 2, 3), f32("N", 8, 6, 6)], "C2", "is f32[8, 4, 3, 3] here"),
            Breach(input, [f32(8, 4, 3, 3), f32("N", 8, 6, 5)], "C3", "is f32[N, 8, 6, 6] here, not f32[N, 8, 6, 5]"),
            Breach(weight, [image], "C1", "not 1 operand"),
            Breach(weight, [rows, image], "C2", "not on f32[N, 10]"),
            Breach(weight, [image, image], "C3", "is f32[N, 8, 6, 6] here, not f32[N, 4, 8, 8]"),
        ]
    }()

    private static let fused: [Breach] = {
        let plain = Convolution2D(filters: 8, kernel: [3, 3])
        return convolutions { FusedConvolution2D(convolution: $0, activation: .relu) } + [
            Breach(FusedConvolution2D(convolution: plain, pool: [2]), [image], "C9", "[2] is not a pooling window"),
            Breach(FusedConvolution2D(convolution: plain, pool: [0, 2]), [image], "C9", "[0, 2] is not"),
            Breach(
                FusedConvolution2D(convolution: plain, pool: [7, 1]), [image], "C9",
                "windows of [7, 1] do not fit into the convolution's result f32[N, 8, 6, 6]"),
            Breach(FusedConvolution2D(convolution: plain, argmax: true), [image], "C10", "needs a pooling window"),
            Breach(
                FusedConvolution2D(convolution: plain, pool: [16, 16], argmax: true), [f32("N", 4, 18, 18)], "C10",
                "less than 255 places, not [16, 16]"),
            Breach(
                FusedConvolution2D(convolution: plain, addend: true), [image, image], "C11",
                "the addend of fused_conv2d is f32[N, 8, 6, 6] here, not f32[N, 4, 8, 8]"),
            Breach(
                FusedConvolution2D(convolution: plain, addend: true, pool: [2, 2]), [image, f32("N", 8, 6, 6)], "C12",
                "can't both add and pool"),
            Breach(
                FusedConvolution2D(convolution: plain, activation: .clip(minimum: 2, maximum: 1)), [image], "C13",
                "no number is from 2.0 to 1.0"),
        ]
    }()

    private static func poolings(_ make: ([Int], [Int]?, Padding) -> any Operator) -> [Breach] {
        [
            Breach(make([2, 2], nil, .zero), [], "C1", "takes one image, not 0 operands"),
            Breach(make([2, 2], nil, .zero), [rows], "C2", "not on f32[N, 10]"),
            Breach(make([2, 2], nil, .zero), [TensorType(.i32, ["N", 4, 8, 8])], "C2", "not on i32[N, 4, 8, 8]"),
            Breach(make([0, 2], nil, .zero), [image], "C3", "window ([0, 2])"),
            Breach(make([2, 2], [1], .zero), [image], "C3", "stride ([1])"),
            Breach(make([2, 3], nil, Padding(2)), [image], "C4", "the padding [2, 2, 2, 2]"),
            Breach(make([9, 2], nil, .zero), [image], "C5", "spans 9 rows, but its operand has only 8"),
        ]
    }

    private static let pooling: [Breach] =
        poolings { MaxPool2D(window: $0, stride: $1, padding: $2) }
        + poolings { AveragePool2D(window: $0, stride: $1, padding: $2) } + [
            Breach(GlobalAveragePool(), [image, image], "C1", "not 2 operands"),
            Breach(GlobalAveragePool(), [rows], "C2", "not on f32[N, 10]"),
        ]

    private static let poolingGradients: [Breach] = {
        let maximum = MaxPool2DGradient(pool: MaxPool2D(window: [2, 2]))
        let average = AveragePool2DGradient(pool: AveragePool2D(window: [2, 2]), input: [8, 8])
        let unpool = MaxUnpool2D(window: [2, 2], input: [8, 9])
        let (half, argmax) = (f32("N", 4, 4, 4), TensorType(.u8, ["N", 4, 4, 4]))
        return [
            Breach(maximum, [image], "C1", "not 1 operand"),
            Breach(maximum, [rows, half], "C2", "not on f32[N, 10]"),
            Breach(maximum, [image, image], "C3", "is f32[N, 4, 4, 4] here, not f32[N, 4, 8, 8]"),
            Breach(average, [], "C1", "not 0 operands"),
            Breach(average, [rows], "C2", "not on f32[N, 10]"),
            Breach(
                AveragePool2DGradient(pool: average.pool, input: [1, 8]), [half], "C3",
                "spans 2 rows, but its operand has"),
            Breach(AveragePool2DGradient(pool: average.pool, input: [0, 8]), [half], "C3", "[0, 8] is not the size"),
            Breach(average, [f32("N", 4, 4, 3)], "C4", "is f32[N, 4, 4, 4] here, not f32[N, 4, 4, 3]"),
            Breach(unpool, [argmax], "C1", "not 1 operand"),
            Breach(unpool, [argmax, rows], "C2", "not on f32[N, 10]"),
            Breach(unpool, [half, half], "C3", "is u8[N, 4, 4, 4] here, not f32[N, 4, 4, 4]"),
            Breach(
                MaxUnpool2D(window: [3, 2], input: [8, 9]), [argmax, half], "C4",
                "windows [3, 2] on [8, 9] do not give the 4 × 4"),
        ]
    }()

    private static func denses(_ wrap: (Dense) -> any Operator) -> [Breach] {
        let layer = wrap(Dense(units: 3))
        return [
            Breach(layer, [], "C1", "takes x, a weight and a bias, not 0 operands"),
            Breach(wrap(Dense(units: 3, bias: false)), [rows, f32(3, 10), f32(3)], "C1", "takes x and a weight"),
            Breach(layer, [image], "C2", "works on rows f32[N, features], not on f32[N, 4, 8, 8]"),
            Breach(wrap(Dense(units: 0)), [rows], "C3", "can't have 0 units"),
            Breach(layer, [rows, f32(10, 3)], "C4", "is f32[3, 10] here, not f32[10, 3]"),
            Breach(layer, [rows, f32(3, 10), f32(10)], "C5", "is f32[3] here, not f32[10]"),
        ]
    }

    private static let dense: [Breach] =
        denses { $0 } + denses { FusedDense(dense: $0, activation: .relu) } + [
            Breach(
                FusedDense(dense: Dense(units: 3), activation: .clip(minimum: 0, maximum: 1)), [rows], "C6",
                "a dense layer's results are not clipped on their way"),
            Breach(DenseInputGradient(), [rows], "C1", "not 1 operand"),
            Breach(DenseInputGradient(), [f32(10, 7), image], "C2", "not on f32[N, 4, 8, 8]"),
            Breach(DenseInputGradient(), [f32(7, 10), rows], "C3", "f32[7, 10] does not belong to 10 units"),
            Breach(DenseWeightGradient(), [rows], "C1", "not 1 operand"),
            Breach(DenseWeightGradient(), [image, rows], "C2", "not on f32[N, 4, 8, 8]"),
            Breach(DenseWeightGradient(), [rows, image], "C3", "not on f32[N, 4, 8, 8]"),
            Breach(DenseWeightGradient(), [rows, f32("M", 3)], "C4", "f32[N, 10] and f32[M, 3] are not of one batch"),
        ]

    private static let elementwise: [Breach] =
        [Relu(), Sigmoid(), Tanh()].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows, rows], "C1", "takes 1 operand, not 2"),
                Breach(operation, [labels], "C1", "works on f32, not on i32[N]"),
            ]
        }
        + [ReluGradient(), SigmoidGradient(), TanhGradient(), MovingAverage()].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows], "C1", "takes 2 operands, not 1"),
                Breach(operation, [rows, image], "C1", "operands of one shape, not f32[N, 10] and f32[N, 4, 8, 8]"),
            ]
        }

    private static let normalization: [Breach] = {
        let channels = f32(4)
        let vectors = [channels, channels, channels, channels]
        let gradient = BatchNormGradient()
        let fold = FoldBatchNorm()
        let weight = f32(4, 2, 3, 3)
        return [
            Breach(BatchNorm(), [], "C1", "not 0 operands"),
            Breach(BatchNorm(), [f32("N", "C", 8)], "C2", "not on f32[N, C, 8]"),
            Breach(BatchNorm(epsilon: 0), [image], "C3", "an epsilon of 0.0"),
            Breach(BatchNorm(), [image, channels, f32(8)], "C4", "operand 3 of batch_norm is f32[4] here, not f32[8]"),
            Breach(BatchNorm(momentum: 1.5), [image], "C5", "a momentum of 1.5"),
            Breach(BatchNormTraining(), [image], "C1", "not 1 operand"),
            Breach(BatchNormTraining(), [channels, channels, channels], "C2", "not on f32[4]"),
            Breach(BatchNormTraining(epsilon: -1), [image, channels, channels], "C3", "an epsilon of -1.0"),
            Breach(BatchNormTraining(), [image, channels, rows], "C4", "is f32[4] here, not f32[N, 10]"),
            Breach(gradient, [image], "C1", "not 1 operand"),
            Breach(gradient, [channels, image] + vectors.dropFirst(), "C2", "not on f32[4]"),
            Breach(BatchNormGradient(epsilon: 0), [image, image] + vectors.dropFirst(), "C3", "an epsilon of 0.0"),
            Breach(gradient, [image, image, channels, channels, f32(5)], "C4", "operand 5"),
            Breach(gradient, [image, rows] + vectors.dropFirst(), "C5", "not f32[N, 10]"),
            Breach(fold, [weight], "C1", "not 1 operand"),
            Breach(fold, [f32("N", 4), channels] + vectors, "C2", "f32[N, 4] is not the weight of a layer"),
            Breach(FoldBatchNorm(epsilon: 0), [weight, channels] + vectors, "C3", "an epsilon of 0.0"),
            Breach(fold, [weight, f32(2)] + vectors, "C4", "operand 2 of fold_batch_norm is f32[4] here, not f32[2]"),
        ]
    }()

    private static let random: [Breach] =
        [Dropout(rate: 0.5), DropoutTraining(rate: 0.5, stream: 0), GaussianNoise(amount: 1, stream: 0)]
        .flatMap { (operation: any Operator) in
            [
                Breach(operation, [labels], "C1", "works on f32, not on i32[N]"),
                Breach(operation, [f32(3, 4)], "C2", "its operand is f32[3, 4]"),
            ]
        } + [
            Breach(Dropout(rate: 1), [rows], "C3", "a rate of 1.0 is not from 0 to 0.99"),
            Breach(DropoutTraining(rate: -0.1, stream: 0), [rows], "C3", "a rate of -0.1"),
            Breach(DropoutTraining(rate: 0.1, stream: -1), [rows], "C4", "-1 is no number of a stream"),
            Breach(GaussianNoise(amount: -1, stream: 0), [rows], "C3", "an amount of -1.0"),
            Breach(GaussianNoise(amount: 1, stream: 1 << 40), [rows], "C4", "is no number of a stream"),
        ]
}
