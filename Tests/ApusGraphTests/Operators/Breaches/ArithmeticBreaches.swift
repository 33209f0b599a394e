import ApusGraph

extension Breach {
    static let arithmetic: [Breach] = [
        Breach(
            Elementwise(.operand(0) * .operand(1)), [TensorType(.f32, ["N", 3])], "C1",
            "elementwise takes 2 operands, not 1"),
        Breach(
            Elementwise(.operand(0) * .operand(1)), [TensorType(.f32, ["N"]), TensorType(.f64, ["N"])], "C1",
            "elementwise can't work on f32[N] and f64[N]"),
        Breach(
            Elementwise(.operand(0) * .operand(1)), [TensorType(.f32, ["N", 3]), TensorType(.f32, [4])], "C2",
            "f32[N, 3] and f32[4] can't be broadcast: 3 meets 4"),
    ]
}
