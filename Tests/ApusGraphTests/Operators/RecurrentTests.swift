import ApusGraph
import Glibc
import OperatorCases
import Testing

/// Recurrent layers against numbers worked out by hand, and what they say of order, lengths and directions.
struct RecurrentTests {
    private func run(_ operation: any Operator, _ operands: Tensor...) throws -> [Tensor] {
        try run(operation, operands)
    }

    private func run(_ operation: any Operator, _ operands: [Tensor]) throws -> [Tensor] {
        let types = operands.map { TensorType($0.elementType, shape: $0.shape) }
        let shapes = try operation.infer(types).map { $0.type.shape(batch: 1) }
        return operation.evaluate(operands, results: shapes, context: EvaluationContext())
    }

    private func expectNear(_ given: Tensor, _ expected: [Double], _ place: String = "") {
        #expect(given.count == expected.count)
        let distance = zip(given.elements, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(distance < 1e-9, "\(given) \(place)")
    }

    private func column(_ numbers: Double...) -> Tensor { Tensor(shape: [numbers.count, 1], elements: numbers) }
    private func vector(_ numbers: Double...) -> Tensor { Tensor(shape: [numbers.count], elements: numbers) }

    /// h' = max(0, x + 2h + 1): 1 → 2, then −1 + 4 + 1 = 4, then −12 + 8 + 1 < 0.
    @Test func rectifiedUnitsByHand() throws {
        let x = Tensor(shape: [1, 3, 1], elements: [1, -1, -12])
        let results = try run(RNN(hidden: 1, usesRelu: true), x, column(1), column(2), vector(1))
        #expect(results.map(\.elements) == [[2, 4, 0], [0]])
        let reverse = try run(RNN(hidden: 1, direction: .reverse, usesRelu: true), x, column(1), column(2), vector(1))
        #expect(reverse.map(\.elements) == [[2, 0, 0], [2]])
    }

    /// Gates are told apart by biases of ±100, where σ is 1 or 0: i and o open, f shut, g = tanh(x).
    @Test func theGatesOfLSTMAreInputForgetCellOutput() throws {
        let x = Tensor(shape: [1, 2, 1], elements: [0.5, -0.25])
        let (weight, recurrent) = (column(0, 0, 1, 0), column(0, 0, 0, 0))
        let (first, second) = (0.46211715726000973, -0.24491866240370913)  // tanh(½) and tanh(−¼)
        let shut = try run(LSTM(hidden: 1), x, weight, recurrent, vector(100, -100, 0, 100))
        expectNear(shut[2], [second])
        expectNear(shut[0], [tanh(first), tanh(second)])
        let open = try run(LSTM(hidden: 1), x, weight, recurrent, vector(100, 100, 0, 100))
        expectNear(open[2], [first + second])
        let silent = try run(LSTM(hidden: 1), x, weight, recurrent, vector(100, 100, 0, -100))
        expectNear(silent[0], [0, 0])
        expectNear(silent[2], [first + second])
    }

    /// z open keeps the state; z shut takes n; r shut leaves the state out of n.
    @Test(arguments: [false, true])
    func theGatesOfGRUAreUpdateResetNew(resetsAfter: Bool) throws {
        let x = Tensor(shape: [1, 1, 1], elements: [0.5])
        let h = Tensor(shape: [1, 1, 1], elements: [0.25])
        func state(_ bias: Tensor) throws -> Double {
            let gru = GRU(hidden: 1, resetsAfter: resetsAfter, isInitialized: true)
            let zero = resetsAfter ? [vector(0, 0, 0)] : []
            return try run(gru, [x, h, column(0, 0, 1), column(0, 0, 2), bias] + zero)[1].elements[0]
        }
        #expect(abs(try state(vector(100, 0, 0)) - 0.25) < 1e-12)
        #expect(abs(try state(vector(-100, 100, 0)) - tanh(1)) < 1e-12)
        #expect(abs(try state(vector(-100, -100, 0)) - tanh(0.5)) < 1e-12)
    }

    /// Only the reset gate tells apart where the recurrent bias of n is added: within it, or beside it.
    @Test func theResetGateMultipliesTheRecurrentBias() throws {
        let x = Tensor(shape: [1, 1, 1], elements: [0])
        let results = try run(
            GRU(hidden: 1), x, column(0, 0, 0), column(0, 0, 0), vector(-100, 0, 0.25), vector(0, 0, 1))
        expectNear(results[0], [tanh(0.75)])
    }

    @Test func sumsAreClipped() throws {
        let x = Tensor(shape: [1, 2, 1], elements: [5, -5])
        let results = try run(RNN(hidden: 1, bias: false, clip: 0.5), x, column(1), column(0))
        expectNear(results[0], [tanh(0.5), tanh(-0.5)])
    }

    /// A sample of two steps is as one alone that is no longer; in reverse it begins at its own last step.
    @Test(arguments: RecurrentDirection.allCases)
    func stepsBeyondTheLengthDoNotCount(direction: RecurrentDirection) throws {
        var random = SeededRandom(seed: 4)
        let states = direction == .bidirectional ? 2 : 1
        let x = Draw.spread.tensor([2, 4, 3], &random)
        let operation = LSTM(hidden: 2, direction: direction, isInitialized: true)
        let state = Draw.spread.tensor([2, states, 2], &random)
        let parameters = operation.implicitParameters([TensorType(.f32, shape: x.shape)]).map {
            Draw.spread.tensor($0.type.shape(batch: 1), &random)
        }
        let whole = try run(
            operation, [x, state, state, Tensor(.i32, shape: [2], integers: [2, 9])] + parameters)
        func sample(_ number: Int, steps: Int) -> Tensor {
            Tensor(shape: [1, steps, 3], elements: Array(x.elements[number * 12..<number * 12 + steps * 3]))
        }
        for (number, steps) in [(0, 2), (1, 4)] {
            let own = state.picking(number * states * 2..<(number + 1) * states * 2, shape: [1, states, 2])
            let alone = try run(operation, [sample(number, steps: steps), own, own] + parameters)
            let width = states * 2
            let padding = [Double](repeating: 0, count: (4 - steps) * width)
            #expect(
                Array(whole[0].elements[number * 4 * width..<(number + 1) * 4 * width])
                    == alone[0].elements + padding)
            for result in 1...2 {
                let part = Array(whole[result].elements[number * width..<(number + 1) * width])
                #expect(part == alone[result].elements, "\(number)")
            }
        }
    }

    @Test func clippedStepsAreNotTrained() throws {
        var editor = GraphEditor(name: "clip")
        let x = try editor.addInput("x", TensorType(.f32, ["N", 3, 2]))
        let weight = try editor.addInput("weight", TensorType(.f32, [2, 2]))
        let results = try editor.apply(
            RecurrentSteps(.tanh, bias: false, clip: 1), to: [x, weight], names: ["y", "h"])
        let dy = try editor.addInput("dy", editor.graph[results[0]].type)
        let node = editor.graph.nodes[0]
        var context = GradientContext(editor: editor, node: node, resultGradients: [dy, nil], needed: [true, true])
        let error = try #require(throws: GraphError.self) { _ = try node.operation.gradient(&context) }
        #expect(error.place == "y" && error.message == "recurrent steps whose sums are clipped have no gradient")
    }
}
