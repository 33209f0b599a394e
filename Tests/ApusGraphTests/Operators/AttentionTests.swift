import ApusGraph
import OperatorCases
import Testing

/// What attention says beyond its formula: which keys a query sees, how masks are read, and how heads lie.
struct AttentionTests {
    private func run(_ operation: any Operator, _ operands: Tensor...) throws -> Tensor {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())[0]
    }

    private func expectNear(_ given: Tensor, _ expected: [Double]) {
        #expect(given.count == expected.count)
        for (value, other) in zip(given.elements, expected) { #expect(abs(value - other) < 1e-9, "\(given)") }
    }

    private func tokens(_ rows: Int, _ width: Int, _ elements: [Double]) -> Tensor {
        Tensor(shape: [1, rows, width], elements: elements)
    }

    /// Queries of zero weigh all keys that they see alike, so that results are means.
    @Test func queriesSeeWhatTheyMay() throws {
        let (zero, keys) = (tokens(3, 1, [0, 0, 0]), tokens(3, 1, [5, -2, 1]))
        let value = tokens(3, 1, [1, 2, 6])
        expectNear(try run(Attention(heads: 1), zero, keys, value), [3, 3, 3])
        expectNear(try run(Attention(heads: 1, causalOffset: 0), zero, keys, value), [1, 1.5, 3])
        expectNear(try run(Attention(heads: 1, causalOffset: 1), zero, keys, value), [1.5, 3, 3])
        expectNear(try run(Attention(heads: 1, causalOffset: -1), zero, keys, value), [0, 1, 1.5])
        let lengths = Tensor(.i32, shape: [1], integers: [2])
        expectNear(try run(Attention(heads: 1), zero, keys, value, lengths), [1.5, 1.5, 1.5])
        expectNear(
            try run(Attention(heads: 1), zero, keys, value, Tensor(.i32, shape: [1], integers: [-4])), [0, 0, 0])
        expectNear(
            try run(Attention(heads: 1), zero, keys, value, Tensor(.i32, shape: [1], integers: [9])), [3, 3, 3])
        let seen = Tensor(.bool, shape: [3, 3], integers: [1, 0, 1, 0, 1, 0, 0, 0, 0])
        expectNear(try run(Attention(heads: 1), zero, keys, value, seen), [3.5, 2, 0])
        let (low, ln3) = (-Double.infinity, 1.0986122886681098)
        let added = Tensor(shape: [1, 3], elements: [0, low, ln3])
        expectNear(try run(Attention(heads: 1), zero, keys, value, added), [4.75, 4.75, 4.75])
        expectNear(try run(Attention(heads: 1), zero, keys, value, added, lengths), [1, 1, 1])
    }

    /// exp(2 · ln 3 · ½) = 3: scores are products times the scale.
    @Test func productsAreScaled() throws {
        let ln3 = 1.0986122886681098
        let query = tokens(1, 4, [2 * ln3, 0, 0, 0])
        let keys = tokens(2, 4, [1, 0, 0, 0, 0, 1, 0, 0])
        let value = tokens(2, 1, [4, 8])
        expectNear(try run(Attention(heads: 1), query, keys, value), [5])
        expectNear(try run(Attention(heads: 1, scale: 0.5), query, keys, value), [5])
        expectNear(try run(Attention(heads: 1, scale: 0), query, keys, value), [6])
    }

    /// Heads 0 and 1 share the first key head, 2 and 3 the second.
    @Test func headsShareKeysInOrder() throws {
        let zero = tokens(1, 4, [0, 0, 0, 0])
        let (keys, value) = (tokens(2, 2, [0, 0, 0, 0]), tokens(2, 2, [1, 10, 3, 30]))
        expectNear(try run(Attention(heads: 4, keyHeads: 2), zero, keys, value), [2, 2, 20, 20])
    }

    /// The same numbers, as tokens and split into heads.
    @Test func headsMayBeADimension() throws {
        var random = SeededRandom(seed: 3)
        let rows = [3, 4, 4].map { Draw.spread.tensor([2, $0, 6], &random) }
        let split = rows.map { value in
            let rows = value.shape[1]
            let offsets = (0..<2 * 2 * rows * 3).map { index in
                let (element, row) = (index % 3, index / 3 % rows)
                let (head, sample) = (index / (3 * rows) % 2, index / (6 * rows))
                return (sample * rows + row) * 6 + head * 3 + element
            }
            return value.picking(offsets, shape: [2, 2, rows, 3])
        }
        let y = try run(Attention(heads: 2, causalOffset: 1), rows[0], rows[1], rows[2])
        let other = try run(Attention(heads: 2, causalOffset: 1), split[0], split[1], split[2])
        #expect(other.shape == [2, 2, 3, 3])
        for sample in 0..<2 {
            for (head, row) in [(0, 0), (0, 2), (1, 0), (1, 1)] {
                for element in 0..<3 {
                    let (first, second) = (y[sample, row, head * 3 + element], other[sample, head, row, element])
                    #expect(abs(first - second) < 1e-12)
                }
            }
        }
    }

    @Test func trainedMasksAreRefused() throws {
        var editor = GraphEditor(name: "mask")
        let x = try editor.addInput("x", TensorType(.f32, ["N", 3, 2]))
        let mask = try editor.addInput("mask", TensorType(.f32, [1, 1, 3, 3]))
        let results = try editor.apply(
            ScaledDotProductAttention(heads: 1), to: [x, x, x, mask], names: ["y", "logarithms"])
        let dy = try editor.addInput("dy", editor.graph[results[0]].type)
        let node = editor.graph.nodes[0]
        var context = GradientContext(
            editor: editor, node: node, resultGradients: [dy, nil], needed: [true, true, true, true])
        let error = try #require(throws: GraphError.self) { _ = try node.operation.gradient(&context) }
        #expect(error.place == "y" && error.message == "attention has no gradient for its mask")
        context = GradientContext(
            editor: editor, node: node, resultGradients: [dy, dy], needed: [true, true, true, false])
        let other = try #require(throws: GraphError.self) { _ = try node.operation.gradient(&context) }
        #expect(other.message.contains("no gradient for its logarithms"))
    }
}
