import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }
private let rows = f32("N", 10)
private let scale = f32(10)
private let image = f32("N", 6, 8, 8)
private let labels = TensorType(.i32, ["N", 10])

extension Breach {
    static let normalizations: [Breach] =
        [LayerNorm(), RootMeanSquareNorm()].flatMap { (operation: any Operator) in
            [
                Breach(operation, [], "C1", "not 0 operands"),
                Breach(operation, [labels], "C2", "not on i32[N, 10]"),
                Breach(operation, [f32(3, "T")], "C2", "with numbers from axis -1 on, not on f32[3, T]"),
                Breach(operation, [rows, f32(9)], "C4", "the scale of \(operation.name) is f32[10] here, not f32[9]"),
            ]
        } + [
            Breach(LayerNorm(axis: 0), [rows], "C2", "with numbers from axis 0 on"),
            Breach(LayerNorm(axis: 2), [rows], "C2", "with numbers from axis 2 on"),
            Breach(LayerNorm(epsilon: 0), [rows], "C3", "an epsilon of 0.0"),
            Breach(LayerNorm(epsilon: 1e-40), [rows], "C3", "an epsilon of 1e-40 can divide by zero"),
            Breach(LayerNorm(epsilon: .infinity), [rows], "C3", "an epsilon of inf is more than f32 holds"),
            Breach(LayerNorm(), [rows, scale, f32(9)], "C4", "the bias of layer_norm is f32[10] here, not f32[9]"),
            Breach(RootMeanSquareNorm(epsilon: 0), [rows], "C3", "an epsilon of 0.0"),
            Breach(RootMeanSquareNorm(), [rows, scale, scale], "C1", "takes x and a scale, not 3 operands"),
            Breach(GroupNorm(groups: 2), [], "C1", "takes x, a scale and a bias, not 0 operands"),
            Breach(GroupNorm(groups: 2), [f32("N")], "C2", "not on f32[N]"),
            Breach(GroupNorm(groups: 2), [f32("N", 4, "H")], "C2", "not on f32[N, 4, H]"),
            Breach(GroupNorm(groups: 2, epsilon: -1), [image], "C3", "an epsilon of -1.0"),
            Breach(GroupNorm(groups: 2), [image, f32(8)], "C4", "the scale of group_norm is f32[6] here, not f32[8]"),
            Breach(
                GroupNorm(groups: 4), [image], "C5", "the 6 channels of f32[N, 6, 8, 8] can't be split into 4 groups"),
            Breach(InstanceNorm(), [], "C1", "takes x, a scale and a bias, not 0 operands"),
            Breach(InstanceNorm(), [f32("N", "C", 4)], "C2", "not on f32[N, C, 4]"),
            Breach(InstanceNorm(epsilon: 0), [image], "C3", "an epsilon of 0.0"),
            Breach(InstanceNorm(), [image, f32(8)], "C4", "is f32[6] here, not f32[8]"),
            Breach(LocalResponseNorm(size: 3), [f32("N")], "C1", "works on f32[N, C, ...], not on f32[N]"),
            Breach(LocalResponseNorm(size: 0), [image], "C2", "0 channels can't be summed"),
            Breach(LpNormalization(), [labels], "C1", "not on i32[N, 10]"),
            Breach(LpNormalization(axis: 3), [rows], "C2", "has no axis 3 for f32[N, 10]"),
            Breach(NormalizeRows(), [rows], "C1", "takes x, a scale and optionally a bias, not 1 operand"),
            Breach(NormalizeRows(isCentered: false), [rows, scale, scale], "C1", "takes x and a scale, not 3"),
            Breach(NormalizeRows(), [labels, scale], "C2", "not on i32[N, 10]"),
            Breach(NormalizeRows(epsilon: 0), [rows, scale], "C3", "an epsilon of 0.0"),
            Breach(NormalizeRows(groups: 3), [rows, scale], "C4", "the 10 channels"),
            Breach(NormalizeRows(), [rows, rows], "C5", "the scale of normalize_rows is f32[10] here"),
        ] + gradient

    private static let gradient: [Breach] = {
        let statistic = f32("N")
        func breach(
            _ operands: [TensorType], _ label: String, _ message: String, epsilon: Double = 1e-5, groups: Int = 0
        ) -> Breach { Breach(NormalizeRowsGradient(groups: groups, epsilon: epsilon), operands, label, message) }
        return [
            breach([rows], "C1", "takes x, dy, a scale and two statistics, not 1 operand"),
            breach([labels, labels, scale, statistic, statistic], "C2", "not on i32[N, 10]"),
            breach([rows, rows, scale, statistic, statistic], "C3", "an epsilon of 0.0", epsilon: 0),
            breach([rows, rows, scale, statistic, statistic], "C4", "the 10 channels", groups: 4),
            breach([rows, scale, scale, statistic, statistic], "C5", "is f32[N, 10] here, not f32[10]"),
            breach([rows, rows, scale, scale, statistic], "C6", "is f32[N] here, not f32[10]"),
        ]
    }()
}
