import ApusGraph

private let rows = TensorType(.f32, ["N", 10])
private let labels = TensorType(.i32, ["N", 10])
private let scalar = TensorType(.f32, [])

extension Breach {
    static let activations: [Breach] =
        elementwise(
            [
                LeakyRelu(), Elu(), Selu(), Celu(), Gelu(), QuickGelu(), Silu(), Mish(), HardSigmoid(), HardSwish(),
                Softplus(), Softsign(), ThresholdedRelu(),
            ], 1, refused: labels)
        + [
            Breach(PRelu(), [labels], "C1", "prelu can't work on i32[N, 10]"),
            Breach(PRelu(), [rows, TensorType(.f32, [9])], "C2", "f32[N, 10] and f32[9] can't be broadcast"),
            Breach(
                PRelu(), [TensorType(.f32, ["N", 1]), TensorType(.f32, [3])], "C3",
                "the slope f32[3] would make f32[N, 3] of f32[N, 1]"),
            Breach(Hardmax(), [TensorType(.f32, [3, "T"])], "C3", "axis -1 of f32[3, T] has no number"),
            Breach(GatedLinearUnit(), [labels], "C1", "works on floating-point numbers, not on i32[N, 10]"),
            Breach(GatedLinearUnit(axis: 2), [rows], "C2", "has no axis 2 for f32[N, 10]"),
            Breach(GatedLinearUnit(), [TensorType(.f32, ["N", 9])], "C3", "glu can't halve dimension 1 of f32[N, 9]"),
        ]
        + [Softmax(axis: 2), LogSoftmax(axis: 2), Hardmax(axis: 2)].flatMap { (operation: any Operator) in
            [
                Breach(operation, [], "C1", "takes 1 operand, not 0"),
                Breach(operation, [labels], "C1", "works on floating-point numbers, not on i32[N, 10]"),
                Breach(operation, [rows], "C2", "has no axis 2 for f32[N, 10]"),
                Breach(operation, [scalar], "C2", "has no axis 2 for f32[]"),
            ]
        }
        + [SoftmaxGradient(), LogSoftmaxGradient()].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows], "C1", "takes 2 operands, not 1"),
                Breach(operation, [rows, scalar], "C1", "is f32[N, 10] here, not f32[]"),
                Breach(operation, [scalar, scalar], "C2", "has no axis -1 for f32[]"),
            ]
        }
}
