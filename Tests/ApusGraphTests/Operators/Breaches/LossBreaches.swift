import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }
private let rows = f32("N", 10)
private let labels = TensorType(.i32, ["N"])
private let scalar = f32()

extension Breach {
    static let losses: [Breach] =
        [CrossEntropy(), LogitCrossEntropy()].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows], "C1", "takes rows and labels, not 1 operand"),
                Breach(operation, [f32("N"), labels], "C2", "not on f32[N]"),
                Breach(operation, [f32("N", 3, "K"), labels], "C2", "not on f32[N, 3, K]"),
                Breach(operation, [rows, f32("N")], "C3", "the labels operand"),
                Breach(operation, [rows, TensorType(.i32, ["M"])], "C3", "is i32[N] here, not i32[M]"),
                Breach(operation, [f32("N", 7, 10), labels], "C3", "is i32[N, 7] here, not i32[N]"),
            ]
        }
        + [CrossEntropyGradient(), LogitCrossEntropyGradient()].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows, labels], "C1", "takes rows, labels and the loss's gradient, not 2"),
                Breach(operation, [labels, labels, scalar], "C2", "not on i32[N]"),
                Breach(operation, [rows, rows, scalar], "C3", "is i32[N] here, not f32[N, 10]"),
                Breach(operation, [rows, labels, f32(1)], "C4", "is f32[] here, not f32[1]"),
            ]
        }
        + [
            MeanSquaredError(), MeanAbsoluteError(), Huber(), BinaryCrossEntropy(), BinaryCrossEntropyWithLogits(),
        ].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows], "C1", "takes predictions and targets, not 1 operand"),
                Breach(operation, [labels, labels], "C2", "\(operation.name) compares f32, not i32[N]"),
                Breach(operation, [rows, f32("N", 9)], "C2", "is f32[N, 10] here, not f32[N, 9]"),
            ]
        } + [
            Breach(BatchMean(), [labels], "C1", "batch_mean works on f32, not on i32[N]"),
            Breach(BatchMeanGradient(), [rows], "C1", "not 1 operand"),
            Breach(BatchMeanGradient(), [labels, scalar], "C1", "works on f32, not on i32[N]"),
            Breach(BatchMeanGradient(), [rows, rows], "C2", "is f32[] here, not f32[N, 10]"),
        ]
}
