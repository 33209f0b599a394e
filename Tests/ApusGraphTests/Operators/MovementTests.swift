import ApusGraph
import Testing

/// Operators that move elements, by values that can be read.
struct MovementTests {
    private func run(_ operation: any Operator, _ operands: Tensor...) throws -> [Tensor] {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())
    }

    private func line(_ integers: Int...) -> Tensor { Tensor(.i32, shape: [integers.count], integers: integers) }

    private func infer(_ operation: any Operator, _ operands: [Dimension]...) throws -> [[Dimension]] {
        try operation.infer(operands.map { TensorType(.bool, $0) }).map(\.type.dimensions)
    }

    @Test(arguments: [
        (Pad.Mode.constant, [9, 9, 9, 1, 2, 3, 9, 9]), (.edge, [1, 1, 1, 1, 2, 3, 3, 3]),
        (.reflect, [2, 3, 2, 1, 2, 3, 2, 1]), (.wrap, [1, 2, 3, 1, 2, 3, 1, 2]),
    ])
    func padding(mode: Pad.Mode, expected: [Int]) throws {
        let padded = try run(Pad(before: [3], after: [2], mode: mode, value: 9), line(1, 2, 3))[0]
        #expect(padded.integers == expected && padded.elementType == .i32)
        #expect(
            try run(Pad(before: [-1], after: [1], mode: mode, value: 9), line(1, 2, 3))[0].integers
                == [2, 3, expected[6]])
    }

    @Test(arguments: [
        (1, 4, 1, [1, 2, 3]), (-2, Int.max, 1, [4, 5]), (0, 6, 2, [0, 2, 4]), (-1, Int.min, -1, [5, 4, 3, 2, 1, 0]),
        (4, 0, -2, [4, 2]), (99, -7, -3, [5, 2]), (-99, -4, 1, [0, 1]),
    ])
    func slices(start: Int, end: Int, step: Int, expected: [Int]) throws {
        let slice = Slice(starts: [.fixed(start)], ends: [.fixed(end)], steps: [step])
        #expect(try run(slice, line(0, 1, 2, 3, 4, 5))[0].integers == expected)
    }

    /// The example of DepthToSpace in the ONNX operator specification, of one pixel.
    @Test func blocks() throws {
        let x = Tensor(.u8, shape: [1, 8, 1, 1], integers: Array(0..<8))
        let depth = try run(DepthToSpace(block: 2), x)[0]
        let column = try run(DepthToSpace(block: 2, mode: .column), x)[0]
        #expect(depth.shape == [1, 2, 2, 2] && depth.integers == [0, 2, 4, 6, 1, 3, 5, 7])
        #expect(column.integers == [0, 1, 2, 3, 4, 5, 6, 7])
        #expect(try run(SpaceToDepth(block: 2), depth)[0] == x)
        #expect(try run(SpaceToDepth(block: 2, mode: .column), column)[0] == x)
    }

    @Test func smallMovements() throws {
        let x = Tensor(.i64, shape: [2, 3], integers: [1, 2, 3, 4, 5, 6])
        #expect(try run(Transpose(), x)[0] == Tensor(.i64, shape: [3, 2], integers: [1, 4, 2, 5, 3, 6]))
        #expect(try run(Flip(axes: [-1]), x)[0].integers == [3, 2, 1, 6, 5, 4])
        #expect(try run(Roll(shifts: [1, 1], axes: [0, 1]), x)[0].integers == [6, 4, 5, 3, 1, 2])
        #expect(try run(Tile(repeats: [1, 2]), x)[0].integers == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
        #expect(
            try run(Concat(axis: 1), x, Tensor(.i64, shape: [2, 1], integers: [8, 9]))[0].integers
                == [1, 2, 3, 8, 4, 5, 6, 9])
        #expect(try run(Split(axis: 1, parts: 2), x).map(\.integers) == [[1, 2, 4, 5], [3, 6]])
        #expect(try run(Triangle(), x)[0].integers == [1, 2, 3, 0, 5, 6])
        #expect(try run(Triangle(isUpper: false, diagonal: 1), x)[0].integers == [1, 2, 0, 4, 5, 6])
        #expect(try run(EyeLike(diagonal: 1, elementType: .bool), x)[0].integers == [0, 1, 0, 0, 0, 1])
        #expect(try run(ShapeOf(start: -1), x)[0].integers == [3] && run(Size(), x)[0].integers == [6])
        #expect(try run(NumberRange(count: 3, start: 5, step: -2))[0] == line(5, 3, 1).converted(to: .i64))
        #expect(try run(Full(shape: [2], value: -1, elementType: .u8))[0].integers == [0, 0])
    }

    @Test func shapesCarrySymbols() throws {
        let (n, t) = (Dimension.symbol("N"), Dimension.symbol("T"))
        #expect(try infer(Concat(axis: 1), [n, t], [n, 3]) == [[n, t + 3]])
        #expect(try infer(Concat(axis: 0), [n, 2], [n, 2]) == [[n * 2, 2]])
        #expect(try infer(Split(axis: 1, sizes: [t, 3]), [n, t + 3]) == [[n, t], [n, 3]])
        #expect(try infer(Split(axis: 1, parts: 2), [n, t * 2]) == [[n, t], [n, t]])
        #expect(try infer(Reshape(whole: [0, 8, t, -1]), [n, t, 64]) == [[n, 8, t, 8]])
        #expect(try infer(Reshape(whole: [-1, 64]), [n, t, 64]) == [[n * t, 64]])
        #expect(try infer(Flatten(axis: 2), [n, t, 4, 2]) == [[n * t, 8]])
        #expect(try infer(Slice(starts: [1], ends: [.fixed(Int.max)], axes: [1]), [n, t]) == [[n, t - 1]])
        #expect(try infer(Slice(starts: [0], ends: [1], axes: [1]), [n, t]) == [[n, 1]])
        #expect(try infer(Slice(starts: [-2], ends: [.fixed(Int.max)], axes: [1], steps: [2]), [n, t]) == [[n, 1]])
        #expect(try infer(Slice(starts: [-1], ends: [.fixed(Int.min)], axes: [1], steps: [-1]), [n, t]) == [[n, t]])
        #expect(try infer(Expand(shape: [n, 4, 3]), [4, 1]) == [[n, 4, 3]])
        #expect(try infer(Tile(repeats: [n, 1]), [1, 7]) == [[n, 7]])
        #expect(try infer(PadConstant(before: [0, 1], after: [0, 2]), [n, t]) == [[n, t + 3]])
        #expect(try infer(DepthToSpace(block: 2), [n, 8, t, 3]) == [[n, 2, t * 2, 6]])
        #expect(try infer(SpaceToDepth(block: 2), [n, 8, t * 2, 4]) == [[n, 32, t, 2]])
        #expect(try infer(Resize(scales: [2, 2]), [n, 3, t, 5]) == [[n, 3, t * 2, 10]])
        #expect(try infer(NumberRange(count: t)) == [[t]])
    }
}
