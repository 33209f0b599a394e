import ApusGraph
import OperatorCases
import Testing

/// What is rounded to what, and what of a gradient passes where no difference could tell: the function itself moves in steps there.
@Suite struct FakeQuantizeTests {
    private func run(_ operation: any Operator, _ operands: Tensor...) throws -> Tensor {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())[0]
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func valuesAreThoseOfCodes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let x = Draw.within(-9...9).tensor([3, 17], &random)
        let scale = Tensor(shape: [], elements: [random.pick(0.01, 0.03, 0.25)])
        let zero = random.integer(0...255)
        let zeroPoint = Tensor(.u8, shape: [], integers: [zero])
        let codes = try run(QuantizeLinear(), x, scale, zeroPoint)
        let expected = try run(DequantizeLinear(), codes, scale, zeroPoint)
        let found = try run(FakeQuantize(zero: zero), x, scale)
        #expect(found == expected, "seed \(seed)")
        #expect(found != x, "seed \(seed)")
    }

    /// Signed codes with a scale for each row, of which the least is never taken.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func weightsAreThoseOfCodes(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let weight = Draw.within(-1.2...1.2).tensor([4, 3, 2, 2], &random)
        let scales = Draw.within(0.004...0.02).tensor([4], &random)
        let limited = Tensor(
            shape: weight.shape,
            elements: weight.elements.enumerated().map { place, number in
                let scale = scales.elements[place / 12]
                return min(max(number, -127 * scale), 127 * scale)
            })
        let codes = try run(QuantizeLinear(to: .i8, axis: 0), limited, scales)
        let expected = try run(DequantizeLinear(axis: 0), codes, scales)
        let along = Tensor(shape: [4, 1, 1, 1], elements: scales.elements)
        #expect(try run(FakeQuantize(minimum: -127, maximum: 127), weight, along) == expected, "seed \(seed)")
    }

    /// Worked out by hand: x / scale is −0.6, 0.2, 0.52, 1.48, 5.2, 18 and −4, of which codes 0 to 4 around 1 make −1, 0, 1, 1, 3, 3, −1.
    @Test func gradientsPassWithinTheRange() throws {
        let x = Tensor(shape: [7], elements: [-0.3, 0.1, 0.26, 0.74, 2.6, 9, -2])
        let scale = Tensor(shape: [1], elements: [0.5])
        let operation = FakeQuantize(zero: 1, maximum: 4)
        #expect(try run(operation, x, scale).elements == [-0.5, 0, 0.5, 0.5, 1.5, 1.5, -0.5])
        let gradients = try gradients(operation, x, scale, dy: [1, 2, 3, 4, 5, 6, 7])
        #expect(gradients[0].elements == [1, 2, 3, 4, 0, 0, 0])
        let slopes: [Double] = [-0.4, -0.2, 0.48, -0.48, 3, 3, -1]
        let expected = slopes.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) }
        #expect(gradients[1].shape == [1] && abs(gradients[1].elements[0] - expected) < 1e-12)
    }

    /// A range that cuts off too much becomes wider, one that is too wide becomes narrower: the error's gradient to the scale.
    @Test(arguments: [(0.002, true), (0.05, false)])
    func theGradientLeadsToABetterRange(scale: Double, isTooNarrow: Bool) throws {
        var random = SeededRandom(seed: 4)
        let x = Draw.within(0...1).tensor([400], &random)
        let step = Tensor(shape: [], elements: [scale])
        let operation = FakeQuantize()
        // Of the squared error, half of it.
        let error = zip(try run(operation, x, step).elements, x.elements).map { $0 - $1 }
        let gradient = try gradients(operation, x, step, dy: error)[1].elements[0]
        #expect(isTooNarrow ? gradient < 0 : gradient > 0)
    }

    private func gradients(
        _ operation: any Operator, _ x: Tensor, _ scale: Tensor, dy: [Double]
    ) throws -> [Tensor] {
        var editor = GraphEditor(name: "gradient")
        let inputs = [
            try editor.addInput("x", TensorType(.f32, shape: x.shape)),
            try editor.addInput("scale", TensorType(.f32, shape: scale.shape)),
        ]
        _ = try editor.apply(operation, to: inputs, names: ["y"])
        let seed = try editor.addInput("dy", TensorType(.f32, shape: x.shape))
        let node = editor.graph.nodes[0]
        var context = GradientContext(editor: editor, node: node, resultGradients: [seed], needed: [true, true])
        let gradients = try node.operation.gradient(&context)
        let bindings = ["x": x, "scale": scale, "dy": Tensor(shape: x.shape, elements: dy)]
        let values = ReferenceInterpreter(context.editor.graph).run(bindings, batch: 1)
        return try gradients.map { values[try #require($0).index] }
    }
}
