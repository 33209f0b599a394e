import ApusGraph

private func f32(_ dimensions: Dimension...) -> TensorType { TensorType(.f32, dimensions) }

private let rows = f32("N", 10)
private let image = f32("N", 4, 8, 6)
private let open = f32("N", "T", 8)
private let vector = TensorType(.i64, [2])

extension Breach {
    static let shapes: [Breach] = reshapes + cuts + margins + blocks + constants

    private static let reshapes: [Breach] = [
        Breach(Flatten(), [], "C1", "takes 1 operand, not 0"),
        Breach(Flatten(axis: 3), [rows], "C2", "flatten has no axis 3 for f32[N, 10]"),
        Breach(Reshape(shape: [5]), [], "C1", "takes 1 operand, not 0"),
        Breach(Reshape(), [rows], "C1", "takes x and a target where neither"),
        Breach(Reshape(), [rows, vector], "C1", "operand 1, whose elements are not known"),
        Breach(Reshape(shape: [-1]), [open], "C2", "can't count the elements of f32[N, T, 8]"),
        Breach(Reshape(shape: [-1, -1]), [rows], "C3", "[-1, -1] is not a shape"),
        Breach(Reshape(shape: [5, 0]), [rows], "C3", "[5, 0] is not a shape"),
        Breach(Reshape(whole: ["N", -2]), [rows], "C3", "[N, -2] is not a shape"),
        Breach(Reshape(shape: [0, 2]), [rows], "C4", "the 10 elements of f32[N, 10] (one sample) do not fill [0, 2]"),
        Breach(Reshape(shape: [3, 3]), [rows], "C4", "the 10 elements of f32[N, 10] (one sample) do not fill [3, 3]"),
        Breach(Reshape(shape: [3, -1]), [f32(10)], "C4", "the 10 elements of f32[10] do not fill [3, -1]"),
        Breach(Reshape(shape: [Int.max, Int.max, 2]), [rows], "C3", "is not a shape"),
        Breach(Reshape(whole: ["N", "T", -1]), [rows], "C4", "the 10*N elements of f32[N, 10] do not fill [N, T, -1]"),
        Breach(Squeeze(), [], "C1", "takes 1 operand"),
        Breach(Squeeze(axes: [1, -1]), [rows], "C2", "[1, -1] are not axes for squeeze of f32[N, 10]"),
        Breach(Squeeze(axes: [1]), [rows], "C2", "dimension 1 of f32[N, 10] is not 1"),
        Breach(Unsqueeze(axes: [0]), [], "C1", "takes 1 operand"),
        Breach(Unsqueeze(axes: [3]), [rows], "C2", "[3] are not axes"),
        Breach(Unsqueeze(axes: [0, 1, 2, 3, 4]), [image], "C2", "9 dimensions"),
        Breach(Identity(), [rows, rows], "C1", "takes 1 operand, not 2"),
        Breach(Transpose(), [], "C1", "takes 1 operand"),
        Breach(Transpose(permutation: [0, 0]), [rows], "C2", "[0, 0] is not an order of the dimensions of f32[N, 10]"),
        Breach(Transpose(permutation: [0]), [rows], "C2", "[0] is not an order"),
        Breach(Expand(shape: [3]), [], "C1", "takes 1 operand"),
        Breach(Expand(shape: nil), [rows, vector], "C1", "are not known"),
        Breach(Expand(shape: ["N", 5]), [rows], "C2", "f32[N, 10] and f32[N, 5] can't be broadcast: 10 meets 5"),
        Breach(Expand(shape: [0]), [rows], "C2", "f32[0] is not a shape"),
        Breach(Tile(repeats: [2]), [], "C1", "takes 1 operand"),
        Breach(Tile(repeats: nil), [rows, vector], "C1", "are not known"),
        Breach(Tile(repeats: [2]), [rows], "C2", "[2] are not repeats for the dimensions of f32[N, 10]"),
        Breach(Tile(repeats: [1, 0]), [rows], "C2", "[1, 0] are not repeats"),
    ]

    private static let cuts: [Breach] = [
        Breach(Concat(axis: 0), [], "C1", "takes one operand or more, not 0"),
        Breach(Concat(axis: 0), [vector, rows], "C1", "can't join i64[2] and f32[N, 10]"),
        Breach(Concat(axis: 2), [rows], "C2", "no axis 2 for f32[N, 10]"),
        Breach(Concat(axis: 1), [rows, f32(3, 4)], "C3", "differ in more than dimension 1"),
        Breach(Concat(axis: 1), [rows, image], "C3", "differ in more"),
        Breach(Split(parts: 2), [], "C1", "takes 1 operand"),
        Breach(Split(axis: -3, parts: 2), [rows], "C2", "no axis -3"),
        Breach(Split(axis: 1, sizes: [3, 4]), [rows], "C3", "dimension 1 of f32[N, 10] can't be cut into [3, 4]"),
        Breach(Split(axis: 1, parts: 7), [rows], "C3", "can't be cut into 7 parts"),
        Breach(Split(axis: 1, parts: 3), [open], "C3", "dimension 1 of f32[N, T, 8] can't be cut into 3 parts"),
        Breach(Slice(starts: [0], ends: [1]), [], "C1", "takes 1 operand"),
        Breach(Slice(), [rows], "C1", "takes x, starts and ends"),
        Breach(Slice(), [rows, vector, vector], "C1", "are not known"),
        Breach(Slice(starts: [0], ends: [1], axes: [2]), [rows], "C2", "[2] are not axes"),
        Breach(Slice(starts: [0], ends: [1, 2]), [rows], "C3", "1 starts, 2 ends"),
        Breach(Slice(starts: [0], ends: [1], steps: [0]), [rows], "C3", "steps [0]"),
        Breach(Slice(starts: [4], ends: [4], axes: [1]), [rows], "C4", "of dimension 1 of f32[N, 10] lies from 4 to 4"),
        Breach(Slice(starts: [0], ends: [4], axes: [1]), [open], "C4", "dimension 1 of f32[N, T, 8]"),
        Breach(SliceGradient(slice: Slice(starts: [0], ends: [1]), shape: [3]), [], "C1", "takes 1 operand"),
        Breach(SliceGradient(slice: Slice(starts: [3], ends: [4]), shape: [3]), [f32(1)], "C2", "lies from 3 to 4"),
        Breach(
            SliceGradient(slice: Slice(starts: [0], ends: [2]), shape: [3]), [f32(1)], "C3",
            "is f32[2] here, not f32[1]"),
        Breach(Flip(axes: []), [], "C1", "takes 1 operand"),
        Breach(Flip(axes: [2]), [rows], "C2", "[2] are not axes for flip of f32[N, 10]"),
        Breach(Roll(shifts: [1], axes: [1]), [], "C1", "takes 1 operand"),
        Breach(Roll(shifts: [1], axes: [4]), [image], "C2", "[4] are not axes"),
        Breach(Roll(shifts: [1], axes: [0]), [image], "C2", "dimension 0 of f32[N, 4, 8, 6] is not a number"),
        Breach(Roll(shifts: [1, 2], axes: [1]), [image], "C3", "2 shifts do not belong to 1 axes"),
        Breach(Triangle(), [vector], "C1", "works on matrices, not on i64[2]"),
        Breach(ShapeOf(), [], "C1", "takes 1 operand"),
        Breach(ShapeOf(start: 2), [rows], "C2", "f32[N, 10] has no dimensions from 2 to 2"),
        Breach(Size(), [], "C1", "takes 1 operand"),
    ]

    private static let margins: [Breach] = [
        Breach(PadConstant(before: [], after: []), [], "C1", "takes 1 operand"),
        Breach(
            PadConstant(before: [0], after: [0]), [rows], "C2",
            "[0] and [0] do not belong to the dimensions of f32[N, 10]"),
        Breach(
            PadConstant(before: [0, -5], after: [0, -5]), [rows], "C3", "nothing remains of dimension 1 of f32[N, 10]"),
        Breach(Pad(before: [], after: []), [], "C1", "takes 1 operand"),
        Breach(Pad(before: nil, after: nil), [rows, vector], "C1", "are not known"),
        Breach(Pad(before: [0, 0], after: [0]), [rows], "C2", "[0, 0] and [0] do not belong"),
        Breach(Pad(before: [0, -10], after: [0, 0]), [rows], "C3", "nothing remains of dimension 1"),
        Breach(
            Pad(before: [0, 1, 0], after: [0, 0, 0], mode: .edge), [open], "C4",
            "dimension 1 of f32[N, T, 8] in mode edge"),
    ]

    private static let blocks: [Breach] = [
        Breach(DepthToSpace(block: 2), [rows], "C1", "not on f32[N, 10]"),
        Breach(DepthToSpace(block: 3), [image], "C2", "the 4 channels of f32[N, 4, 8, 6]"),
        Breach(SpaceToDepth(block: 2), [], "C1", "takes 1 operand"),
        Breach(SpaceToDepth(block: 4), [image], "C2", "6 pixels of f32[N, 4, 8, 6] can't be split into blocks of 4"),
    ]

    private static let constants: [Breach] = [
        Breach(Full(shape: nil), [], "C1", "takes a target"),
        Breach(Full(shape: nil), [vector], "C1", "are not known"),
        Breach(Full(shape: [2]), [vector], "C1", "takes no operand beside 'shape'"),
        Breach(Full(shape: [0]), [], "C2", "f32[0] is not a type"),
        Breach(NumberRange(count: nil), [vector], "C1", "takes start, limit and step"),
        Breach(NumberRange(count: 3), [vector], "C1", "takes no operand beside 'count'"),
        Breach(NumberRange(count: 0), [], "C2", "can't make 0 numbers"),
        Breach(EyeLike(), [vector], "C1", "works on matrices, not on i64[2]"),
    ]
}
