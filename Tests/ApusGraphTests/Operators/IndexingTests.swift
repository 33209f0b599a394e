import ApusGraph
import Testing

/// Operators that find elements by their numbers, by values that can be read.
struct IndexingTests {
    private func run(_ operation: any Operator, _ operands: Tensor...) throws -> [Tensor] {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())
    }

    private func indices(_ shape: [Int], _ integers: Int...) -> Tensor {
        Tensor(.i32, shape: shape, integers: integers)
    }

    private let x = Tensor(.i16, shape: [2, 3], integers: [10, 11, 12, 20, 21, 22])

    @Test func negativeIndicesCountFromTheEndAndOthersAreClamped() throws {
        #expect(
            try run(Gather(axis: 1), x, indices([4], -1, 0, 7, -9))[0].integers == [12, 10, 12, 10, 22, 20, 22, 20])
        #expect(try run(GatherElements(axis: 1), x, indices([2, 2], -1, 9, 1, -8))[0].integers == [12, 12, 21, 20])
        #expect(try run(GatherND(), x, indices([3, 2], 0, 1, -1, -1, 5, 0))[0].integers == [11, 22, 20])
        #expect(try run(GatherND(batch: 1), x, indices([2, 1], 2, 0))[0].integers == [12, 20])
        #expect(try run(Gather(), x, indices([], 1))[0] == Tensor(.i16, shape: [3], integers: [20, 21, 22]))
    }

    @Test(arguments: [
        (ScatterReduction.none, [4, 11, 12, 20, 21, 2]), (.add, [17, 11, 12, 20, 21, 24]),
        (.multiply, [120, 11, 12, 20, 21, 44]), (.maximum, [10, 11, 12, 20, 21, 22]),
        (.minimum, [3, 11, 12, 20, 21, 2]),
    ])
    func updatesAreCombinedInOrder(reduction: ScatterReduction, expected: [Int]) throws {
        // The last update is out of range and skipped.
        let updates = Tensor(.i16, shape: [4], integers: [3, 4, 2, 99])
        let places = indices([4, 2], 0, 0, 0, -3, -1, 2, 0, 3)
        #expect(try run(ScatterND(reduction: reduction), x, places, updates)[0].integers == expected)
        let rows = Tensor(.i16, shape: [2, 2], integers: [3, 4, 2, 99])
        let columns = indices([2, 2], 0, -3, 2, 3)
        #expect(try run(ScatterElements(axis: 1, reduction: reduction), x, columns, rows)[0].integers == expected)
    }

    @Test func equalElementsStayInOrder() throws {
        let numbers = Tensor(shape: [5], elements: [2, .nan, 1, 2, -1])
        #expect(try run(Sort(), numbers)[1].integers == [4, 2, 0, 3, 1])
        #expect(try run(Sort(descending: true), numbers)[1].integers == [1, 0, 3, 2, 4])
        let large = Tensor(.u64, shape: [3], integers: [1, -1, 0])
        #expect(try run(TopK(k: 2), large).map(\.integers) == [[-1, 1], [1, 0]])
        #expect(try run(TopK(k: 1, axis: 0, largest: false), x).map(\.integers) == [[10, 11, 12], [0, 0, 0]])
    }

    @Test func reductionsWithoutAGradientSaySo() throws {
        var editor = GraphEditor(name: "scatter")
        let x = try editor.addInput("x", TensorType(.f32, [3]))
        let places = try editor.addInput("places", TensorType(.i64, [2]))
        let updates = try editor.addInput("updates", TensorType(.f32, [2]))
        let y = try editor.apply(ScatterElements(reduction: .maximum), to: [x, places, updates], names: ["y"])
        var context = GradientContext(
            editor: editor, node: editor.graph.nodes[0], resultGradients: [y[0]], needed: [true, false, true])
        let error = try #require(throws: GraphError.self) {
            _ = try ScatterElements(reduction: .maximum).gradient(&context)
        }
        #expect(
            error.description
                == "y: scatter_elements has no gradient with the reduction maximum; use none or add, or train only what "
                + "comes after it")
    }
}
