import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }
private func i64(_ dimensions: Dimension...) -> TensorType { TensorType(.i64, dimensions) }

private let x = f32(4, 5)

extension Breach {
    static let indexing: [Breach] = gathers + scatters + orders

    private static let gathers: [Breach] = [
        Breach(Gather(), [x], "C1", "takes 2 operands, not 1"),
        Breach(Gather(axis: 2), [x, i64(3)], "C2", "gather has no axis 2 for f32[4, 5]"),
        Breach(Gather(), [x, f32(3)], "C3", "the indices of gather are f32[3]"),
        Breach(GatherGradient(axis: 0, size: 4), [i64(3)], "C1", "takes 2 operands"),
        Breach(GatherGradient(axis: 0, size: 4), [i64(3), i64(3, 5)], "C1", "no gradient i64[3, 5]"),
        Breach(GatherGradient(axis: 0, size: 4), [f32(3), f32(3, 5)], "C2", "are f32[3]"),
        Breach(
            GatherGradient(axis: 1, size: 4), [i64(3), f32(3, 5)], "C3",
            "f32[3, 5] is not made by indices i64[3] along axis 1"),
        Breach(Embedding(entries: 4, width: 5), [], "C1", "takes indices and a weight"),
        Breach(Embedding(entries: 4, width: 5), [f32(3)], "C2", "are f32[3]"),
        Breach(Embedding(entries: 4, width: 5), [i64(3), f32(5, 4)], "C3", "is f32[4, 5] here, not f32[5, 4]"),
        Breach(GatherElements(), [x], "C1", "takes 2 operands"),
        Breach(GatherElements(axis: -3), [x, i64(4, 5)], "C2", "no axis -3"),
        Breach(GatherElements(), [x, f32(4, 5)], "C3", "are f32[4, 5]"),
        Breach(GatherElements(), [x, i64(9, 6)], "C4", "i64[9, 6] does not lie within f32[4, 5]"),
        Breach(GatherND(), [x], "C1", "takes 2 operands"),
        Breach(GatherND(), [x, i64()], "C1", "are i64[]"),
        Breach(GatherND(), [x, f32(3, 2)], "C2", "are f32[3, 2]"),
        Breach(GatherND(batch: 1), [x, i64(3, 1)], "C3", "do not have 1 first dimensions in common"),
        Breach(GatherND(batch: 1), [x, i64(4)], "C3", "do not have 1 first dimensions in common"),
        Breach(GatherND(), [x, i64(3, 3)], "C4", "f32[4, 5] has no places that 3 numbers each"),
    ]

    private static let scatters: [Breach] = [
        Breach(ScatterElements(), [x, x], "C1", "takes 3 operands"),
        Breach(ScatterElements(axis: 2), [x, i64(4, 5), x], "C2", "no axis 2"),
        Breach(ScatterElements(), [x, x, x], "C3", "are f32[4, 5]"),
        Breach(ScatterElements(), [x, i64(4), f32(4)], "C4", "does not lie within"),
        Breach(ScatterElements(), [x, i64(2, 5), x], "C5", "the updates of scatter_elements is f32[2, 5] here"),
        Breach(ScatterND(), [x, x], "C1", "takes 3 operands"),
        Breach(ScatterND(), [x, x, x], "C2", "are f32[4, 5]"),
        Breach(ScatterND(batch: 2), [x, i64(4, 5), x], "C3", "2 first dimensions"),
        Breach(ScatterND(), [x, i64(3, 3), x], "C4", "no places"),
        Breach(ScatterND(), [x, i64(3, 1), x], "C5", "is f32[3, 5] here, not f32[4, 5]"),
    ]

    private static let orders: [Breach] = [
        Breach(TopK(k: 1), [], "C1", "takes 1 operand"),
        Breach(TopK(k: 1, axis: 2), [x], "C2", "no axis 2"),
        Breach(TopK(k: 6), [x], "C3", "dimension 1 of f32[4, 5] has no 6 elements"),
        Breach(TreeLeaves(), [x], "C1", "takes 5 operands"),
        Breach(
            TreeLeaves(), [i64(4, 5), TensorType(.i32, [2]), f32(2), TensorType(.i32, [2, 2]), TensorType(.i32, [1])],
            "C2", "not of i64[4, 5]"),
        Breach(
            TreeLeaves(), [x, TensorType(.i32, [2]), f32(3), TensorType(.i32, [2, 2]), TensorType(.i32, [1])], "C3",
            "the thresholds of tree_leaves is f32[2] here, not f32[3]"),
        Breach(
            TreeLeaves(), [x, TensorType(.i32, [2]), f32(2), TensorType(.i32, [2, 2]), i64(1)], "C4",
            "i64[1] is no list of roots"),
        Breach(Sort(), [], "C1", "takes 1 operand"),
        Breach(Sort(), [f32()], "C2", "no axis -1 for f32[]"),
    ]
}
