import ApusGraph
import Testing

/// Formulas that can be misread, by values worked out by hand.
struct KnownValueTests {
    private func run(_ operation: any Operator, _ operands: Tensor...) throws -> Tensor {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())[0]
    }

    private func vector(_ numbers: Double...) -> Tensor { Tensor(shape: [numbers.count], elements: numbers) }
    private func whole(_ type: ElementType, _ numbers: Int...) -> Tensor {
        Tensor(type, shape: [numbers.count], integers: numbers)
    }

    private func expectNear(_ tensor: Tensor, _ expected: [Double]) {
        #expect(tensor.elements.count == expected.count)
        for (value, other) in zip(tensor.elements, expected) { #expect(abs(value - other) < 1e-6, "\(tensor)") }
    }

    /// The gradient of the sum of an operator's result at `operands`, for the first of them.
    private func gradient(_ operation: any Operator, _ operands: Tensor...) throws -> [Double] {
        var editor = GraphEditor(name: "gradient")
        var bindings: [String: Tensor] = [:]
        var inputs: [ValueID] = []
        for (index, operand) in operands.enumerated() {
            inputs.append(try editor.addInput("x\(index)", TensorType(operand.elementType, shape: operand.shape)))
            bindings["x\(index)"] = operand
        }
        let result = try editor.apply(operation, to: inputs, names: ["y"])[0]
        let seed = try editor.addInput("dy", editor.graph[result].type)
        bindings["dy"] = Tensor(shape: editor.graph[result].type.shape(batch: 1), repeating: 1)
        let node = editor.graph.nodes[0]
        var context = GradientContext(
            editor: editor, node: node, resultGradients: [seed],
            needed: operands.indices.map { $0 == 0 })
        let dx = try #require(try node.operation.gradient(&context)[0])
        return ReferenceInterpreter(context.editor.graph).run(bindings, batch: 1)[dx.index].elements
    }

    @Test func remaindersHaveTheSignThatIsAskedFor() throws {
        let (x, y) = (whole(.i32, 7, -7, 7, -7, 5), whole(.i32, 3, 3, -3, -3, 0))
        #expect(try run(Modulo(), x, y).integers == [1, 2, -2, -1, 0])
        #expect(try run(Modulo(takesDividendSign: true), x, y).integers == [1, -1, 1, -1, 0])
        expectNear(try run(Modulo(), vector(-5.5), vector(2)), [0.5])
        expectNear(try run(Modulo(takesDividendSign: true), vector(-5.5), vector(2)), [-1.5])
    }

    @Test func integersAreCutOffAndWrapAround() throws {
        #expect(try run(Divide(), whole(.i32, 7, -7, 1), whole(.i32, 2, 2, 0)).integers == [3, -3, 0])
        #expect(try run(Add(), whole(.i8, 127), whole(.i8, 1)).integers == [-128])
        #expect(try run(BitShift(), whole(.u8, 0x81), whole(.u8, 1)).integers == [2])
        #expect(try run(BitShift(toRight: true), whole(.u8, 0x81), whole(.u8, 1)).integers == [0x40])
        #expect(try run(BitwiseNot(), whole(.u8, 1)).integers == [254])
    }

    @Test func roundingGoesToTheEvenNumber() throws {
        #expect(try run(Round(), vector(0.5, 1.5, 2.5, -0.5)).elements == [0, 2, 2, 0])
    }

    @Test func comparisonsOfNotANumberAreFalse() throws {
        let (x, y) = (vector(.nan, 1, .infinity, -.infinity), vector(.nan, 1, 0, 0))
        #expect(try run(Equal(), x, y).integers == [0, 1, 0, 0])
        #expect(try run(NotEqual(), x, y).integers == [1, 0, 1, 1])
        #expect(try run(IsNaN(), x).integers == [1, 0, 0, 0])
        #expect(try run(IsInfinite(), x).integers == [0, 0, 1, 1])
        #expect(try run(IsInfinite(above: false), x).integers == [0, 0, 0, 1])
        #expect(try run(IsInfinite(above: false, below: false), x).integers == [0, 0, 0, 0])
    }

    @Test func activationsAreWhatTheirPapersSay() throws {
        expectNear(try run(Gelu(), vector(1, -1)), [0.8413447, -0.1586553])
        expectNear(try run(Gelu(isApproximate: true), vector(1, -1)), [0.8411920, -0.1588080])
        expectNear(try run(Silu(), vector(1)), [0.7310586])
        expectNear(try run(Mish(), vector(1)), [0.8650984])
        expectNear(try run(Selu(), vector(1, -1)), [1.0507010, -1.1113307])
        expectNear(try run(Celu(alpha: 2), vector(-2)), [-1.2642411])
        expectNear(try run(HardSwish(), vector(-4, 1, 4)), [0, 2.0 / 3, 4])
        expectNear(try run(GatedLinearUnit(), vector(3, 2, 0, 1)), [1.5, 1.4621172])
        expectNear(try run(Softplus(), vector(0, 1000, -1000)), [0.6931472, 1000, 0])
    }

    @Test func inversesExchangeRowsWhereTheDiagonalIsZero() throws {
        let matrix = Tensor(shape: [2, 2], elements: [0, 4, 2, 6])
        expectNear(try run(Inverse(), matrix), [-0.75, 0.5, 0.25, 0])
    }

    @Test func smoothFunctionsHaveNoCornerAtZero() throws {
        #expect(try gradient(Softplus(), vector(0)) == [0.5])
        #expect(abs(try gradient(Mish(), vector(0))[0] - 0.6) < 1e-12)
        #expect(try gradient(BinaryCrossEntropyWithLogits(), vector(0, 0), vector(0, 1)) == [0.25, -0.25])
    }

    @Test func castsSaturateAndRoundToEven() throws {
        let x = vector(-1.9, 300.7, .nan, .infinity)
        #expect(try run(Cast(to: .u8), x).integers == [0, 255, 0, 255])
        #expect(try run(Cast(to: .i32), x).integers == [-1, 300, 0, Int(Int32.max)])
        #expect(try run(Cast(to: .bool), vector(0, 0.1)).integers == [0, 1])
        #expect(try run(Cast(to: .f16), vector(2049, 2051)).elements == [2048, 2052])
        #expect(try run(Cast(to: .i8), whole(.i32, 130)).integers == [-126])
    }

    @Test func quantizedNumbersRoundAndSaturate() throws {
        let x = Tensor(shape: [2, 3], elements: [0, 2.5, 3.5, -900, 5, 900])
        let scale = vector(1, 10)
        #expect(
            try run(QuantizeLinear(axis: 0), x, scale, whole(.u8, 1, 128)).integers == [1, 3, 5, 38, 128, 218])
        #expect(
            try run(QuantizeLinear(to: .i8), x, Tensor(shape: [], elements: [1])).integers == [0, 2, 4, -128, 5, 127])
        let codes = Tensor(.u8, shape: [2, 2], integers: [0, 255, 7, 9])
        #expect(
            try run(DequantizeLinear(axis: 1), codes, vector(2, 0.5), whole(.u8, 1, 5)).elements == [-2, 125, 12, 2])
    }

    /// The last block of an axis may be shorter.
    @Test func blocksHaveScalesOfTheirOwn() throws {
        let codes = Tensor(.i8, shape: [2, 3], integers: [1, 2, 3, -4, -5, 6])
        let scales = Tensor(shape: [2, 2], elements: [1, 10, 2, 0.5])
        #expect(try run(DequantizeLinear(block: 2), codes, scales).elements == [1, 2, 30, -8, -10, 3])
        let zeros = Tensor(.i8, shape: [1, 3], integers: [1, 2, -1])
        let rows = Tensor(shape: [1, 3], elements: [1, 10, 100])
        #expect(
            try run(DequantizeLinear(axis: -2, block: 5), codes, rows, zeros).elements == [0, 0, 400, -5, -70, 700])
        let weights = Tensor(.i8, shape: [2, 33], integers: (0..<66).map { $0 % 33 == 32 ? 3 : 1 })
        let x = Tensor(shape: [1, 33], elements: Array(repeating: 1, count: 33))
        let y = try run(
            BlockDense(units: 2, activation: .relu), x, weights, Tensor(shape: [2, 2], elements: [1, 10, -2, 1]),
            vector(0.5, 0))
        #expect(y.elements == [62.5, 0])
    }

    @Test func equalExtremaShareTheGradient() throws {
        let x = Tensor(shape: [2, 3], elements: [1, 3, 3, 2, 0, 1])
        #expect(try gradient(ReduceMax(axes: [1]), x) == [0, 0.5, 0.5, 1, 0, 0])
        #expect(try gradient(ReduceMin(axes: [-1], keep: true), x) == [1, 0, 0, 0, 1, 0])
    }

    @Test func productsHaveGradientsBesideZeros() throws {
        let x = Tensor(shape: [3, 2], elements: [2, 3, 0, 4, 0, 0])
        #expect(try gradient(ReduceProduct(axes: [1]), x) == [3, 2, 4, 0, 0, 0])
    }

    @Test func reductionsAreTheirFormulas() throws {
        let x = Tensor(shape: [2, 2], elements: [3, -4, 0, 0])
        #expect(try run(ReduceL1(axes: [1]), x).elements == [7, 0])
        #expect(try run(ReduceL2(axes: [1]), x).elements == [5, 0])
        #expect(try run(ReduceSumSquare(), x).elements == [25])
        #expect(try run(ReduceMean(axes: [0], keep: true), x) == Tensor(shape: [1, 2], elements: [1.5, -2]))
        expectNear(Tensor(shape: [4], elements: try gradient(ReduceL2(axes: [1]), x)), [0.6, -0.8, 0, 0])
        expectNear(try run(ReduceLogSumExp(), vector(1000, 1000)), [1000.6931472])
        #expect(try run(ReduceLogSumExp(), vector(-.infinity, -.infinity)).elements == [-.infinity])
        #expect(try run(ReduceMax(), vector(1, .nan)).elements[0].isNaN)
        #expect(try run(ReduceSum(), whole(.i8, 100, 100)).integers == [-56])
    }

    @Test func argumentsAndCumulativeSums() throws {
        let x = Tensor(shape: [2, 3], elements: [1, 3, 3, 2, 0, 1])
        #expect(try run(ArgMax(), x).integers == [1, 0])
        #expect(try run(ArgMax(selectLast: true), x).integers == [2, 0])
        #expect(try run(ArgMin(axis: 0, keep: true), x).integers == [0, 1, 1])
        #expect(try run(ArgMax(), vector(1, .nan, 2)).integers == [1])
        let y = vector(1, 2, 3)
        #expect(try run(CumulativeSum(), y).elements == [1, 3, 6])
        #expect(try run(CumulativeSum(exclusive: true), y).elements == [0, 1, 3])
        #expect(try run(CumulativeSum(reverse: true), y).elements == [6, 5, 3])
        #expect(try run(CumulativeSum(exclusive: true, reverse: true), y).elements == [5, 3, 0])
        #expect(try run(OneHot(depth: 3, axis: 0), whole(.i64, 1, -1, 3)).elements == [0, 0, 0, 1, 0, 0, 0, 1, 0])
        #expect(try run(Hardmax(axis: 0), x).elements == [0, 1, 1, 1, 0, 0])
    }

    @Test func normalizationsAreTheirFormulas() throws {
        let x = Tensor(shape: [1, 2, 2], elements: [1, 3, 5, 9])
        let (one, zero) = (vector(1, 1), vector(0, 0))
        let rows = [-1, 1, -1, 1].map { Double($0) }
        expectNear(try run(LayerNorm(epsilon: 1e-12), x, one, zero), rows)
        expectNear(try run(InstanceNorm(epsilon: 1e-12), x, vector(1, 2), vector(0, 1)), [-1, 1, -1, 3])
        let deviation = 8.75.squareRoot()
        expectNear(
            try run(GroupNorm(groups: 1, epsilon: 1e-12), x, one, zero), [-3.5, -1.5, 0.5, 4.5].map { $0 / deviation })
        expectNear(
            try run(RootMeanSquareNorm(epsilon: 1e-12), vector(3, 4), one),
            [3 / 12.5.squareRoot(), 4 / 12.5.squareRoot()])
        let pixels = Tensor(shape: [1, 3, 1], elements: [1, 2, 3])
        // Two channels: an element's own and the next one.
        expectNear(
            try run(LocalResponseNorm(size: 2, alpha: 2, beta: 1, k: 0), pixels), [1.0 / 5, 2.0 / 13, 3.0 / 9])
        #expect(try run(LpNormalization(p: 1), vector(1, -3)).elements == [0.25, -0.75])
        #expect(try run(LpNormalization(), vector(0, 0)).elements == [0, 0])
    }

    @Test func lossesAreMeansOverAllElements() throws {
        let (x, targets) = (
            Tensor(shape: [2, 2], elements: [1, 2, 3, 4]), Tensor(shape: [2, 2], elements: [1, 0, 0, 4])
        )
        #expect(try run(MeanSquaredError(), x, targets).elements == [13.0 / 4])
        #expect(try run(MeanAbsoluteError(), x, targets).elements == [5.0 / 4])
        #expect(try run(Huber(), x, targets).elements == [4.0 / 4])
        expectNear(try run(BinaryCrossEntropy(), vector(0.25, 0), vector(1, 1)), [(1.3862944 + 100) / 2])
        expectNear(try run(BinaryCrossEntropyWithLogits(), vector(2, -1000), vector(1, 0)), [0.1269280 / 2])
    }

    /// A language model: one label for each place, of which those outside of the classes count for nothing but their number.
    @Test func labelsMayHavePlaces() throws {
        let logits = Tensor(shape: [1, 2, 2], elements: [0, 0, 5, 7])
        expectNear(
            try run(LogitCrossEntropy(), logits, Tensor(.i32, shape: [1, 2], integers: [1, -1])), [0.6931472 / 2])
        expectNear(
            try run(LogitCrossEntropy(), logits, Tensor(.i32, shape: [1, 2], integers: [1, 1])),
            [(0.6931472 + 0.1269280) / 2])
    }

    @Test func lossesAreFoundByTheirNames() throws {
        let names = OperatorCatalogue.losses.map { $0.name }
        #expect(
            names == [
                "cross_entropy", "logit_cross_entropy", "mean_squared_error", "mean_absolute_error", "huber",
                "binary_cross_entropy", "binary_cross_entropy_with_logits",
            ])
        for name in names { #expect(OperatorCatalogue.loss(named: name)?.name == name) }
        #expect(OperatorCatalogue.loss(named: "relu") == nil)
        let rows = TensorType(.f32, ["N", 7, 10])
        #expect(
            try OperatorCatalogue.loss(named: "logit_cross_entropy")?.targets(of: rows) == TensorType(.i32, ["N", 7]))
        #expect(try OperatorCatalogue.loss(named: "huber")?.targets(of: rows) == rows)
    }

    /// Samples are mixed where an axis is the batch's, and where a shorter shape lays it elsewhere.
    @Test func operatorsSayWhereSamplesAreMixed() {
        let rows = TensorType(.f32, ["N", 3])
        #expect(Softmax().keepsSamplesApart([rows]) && !Softmax(axis: 0).keepsSamplesApart([rows]))
        #expect(!ReduceMean(axes: [0]).keepsSamplesApart([rows]) && ReduceMean(axes: [1]).keepsSamplesApart([rows]))
        #expect(!Add().keepsSamplesApart([TensorType(.f32, ["N"]), TensorType(.f32, [3, 1])]))
        #expect(!LpNormalization(axis: 0).keepsSamplesApart([rows]))
        #expect(LpNormalization(axis: 1).keepsSamplesApart([rows]))
        #expect(MeanSquaredError().keepsSamplesApart([rows, rows]))
    }
}
