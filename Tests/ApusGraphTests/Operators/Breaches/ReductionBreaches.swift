import ApusGraph

private let rows = TensorType(.f32, ["N", 10])
private let truths = TensorType(.bool, ["N", 10])
private let labels = TensorType(.i32, ["N", 10])

extension Breach {
    static let reductions: [Breach] =
        [
            ReduceSum.self, ReduceMax.self, ReduceMin.self, ReduceProduct.self, ReduceL1.self, ReduceSumSquare.self,
        ].flatMap { reduction($0, refused: truths) }
        + [ReduceMean.self, ReduceLogSumExp.self, ReduceLogSum.self, ReduceL2.self].flatMap {
            reduction($0, refused: labels)
        }
        + [RepeatAlong(axes: [1]), ReduceMeanGradient(axes: [1])].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows], "C1", "takes 2 operands, not 1"),
                Breach(operation, [labels, labels], "C1", "can't work on i32[N, 10] and i32[N, 10]"),
                Breach(
                    operation, [rows, TensorType(.f32, ["N"])], "C2", "[1] are not axes for repeat_along of f32[N]"),
                Breach(operation, [rows, rows], "C3", "is f32[N] here, not f32[N, 10]"),
            ]
        }
        + [ArgMax(axis: 2), ArgMin(axis: 2), CumulativeSum(axis: 2)].flatMap { (operation: any Operator) in
            [
                Breach(operation, [rows, rows], "C1", "takes 1 operand, not 2"),
                Breach(operation, [truths], "C1", "can't work on bool[N, 10]"),
                Breach(operation, [rows], "C2", "has no axis 2 for f32[N, 10]"),
            ]
        }

    private static func reduction(_ type: any ReductionOperator.Type, refused: TensorType) -> [Breach] {
        [
            Breach(type.init(axes: [0], keep: false), [], "C1", "\(type.name) takes 1 operand, not 0"),
            Breach(type.init(axes: [0], keep: false), [refused], "C1", "\(type.name) can't work on \(refused)"),
            Breach(
                type.init(axes: [2], keep: false), [rows], "C2", "[2] are not axes for \(type.name) of f32[N, 10]"),
            Breach(
                type.init(axes: [1, -1], keep: true), [rows], "C2",
                "[1, -1] are not axes for \(type.name) of f32[N, 10]"),
        ]
    }
}
