import ApusGraph
import OperatorCases
import Testing

/// Every operator's gradient rule against central differences of its reference kernel, in double precision.
struct GradientTests {
    static let seed: UInt64 = 20_150_206
    static let casesPerOperator = 200

    @Test("gradients agree with central differences", arguments: OperatorCatalogue.all.map { $0.name })
    func gradientAgrees(name: String) throws {
        var random = SeededRandom(seed: Self.seed)
        var checked = Set<Int>()
        var everDifferentiable: Set<Int> = []
        for number in 0..<Self.casesPerOperator {
            guard let call = OperatorCase.random(name, &random) else {
                Issue.record("\(name) has no random case: add one to OperatorCases")
                return
            }
            let place = "\(name) \(call.operation.attributes) on \(call.operands), case \(number), seed \(Self.seed)"
            guard let differentiable = call.differentiable else {
                try expectNoRule(call, place)
                continue
            }
            everDifferentiable.formUnion(differentiable)
            let needed = call.operands.indices.map { differentiable.contains($0) && random.chance(0.8) }
            checked.formUnion(try check(call, needed: needed, place, &random))
        }
        #expect(checked == everDifferentiable, "\(name): not every operand's gradient was checked, seed \(Self.seed)")
    }

    @Test("an operand may stand in several places", arguments: OperatorCatalogue.all.map { $0.name })
    func gradientOfRepeatedOperand(name: String) throws {
        var random = SeededRandom(seed: Self.seed)
        for number in 0..<20 {
            guard let call = OperatorCase.random(name, &random), let differentiable = call.differentiable else {
                continue
            }
            let place = "\(name) \(call.operation.attributes) on \(call.operands), case \(number), seed \(Self.seed)"
            let needed = call.operands.indices.map { differentiable.contains($0) }
            var (context, _) = try differentiated(call, needed: needed, sharing: differentiable)
            let gradients = try call.operation.gradient(&context)
            for (operand, gradient) in gradients.enumerated() {
                guard let gradient else { continue }
                #expect(context.editor.graph[gradient].type == call.operands[operand], "operand \(operand) of \(place)")
            }
        }
    }

    @Test func everyOperatorOfSpecsIsDifferentiable() {
        var random = SeededRandom(seed: 1)
        for operation in OperatorCatalogue.all where operation.documentation.audience == .specs {
            #expect(OperatorCase.random(operation.name, &random)?.differentiable != nil, "\(operation.name)")
        }
    }

    /// Only operators that passes put in may be without a rule, and they say so.
    private func expectNoRule(_ call: OperatorCase, _ place: String) throws {
        #expect(type(of: call.operation).documentation.audience == .passes, "\(place) has no gradient")
        var (context, _) = try differentiated(call, needed: call.operands.map { _ in true })
        do {
            _ = try call.operation.gradient(&context)
            Issue.record("\(place) has a gradient rule that no case checks")
        } catch {
            #expect(error.message == "\(call.operation.name) has no gradient rule")
        }
    }

    /// A graph with the call and inputs for the gradients of its results, ready for the gradient rule.
    /// - Parameter sharing: the operands that are one value where they have one type.
    private func differentiated(
        _ call: OperatorCase, needed: [Bool], sharing: [Int] = []
    ) throws -> (context: GradientContext, results: [ValueID]) {
        var editor = GraphEditor(name: "gradient")
        var operands: [ValueID] = []
        for (index, type) in call.operands.enumerated() {
            let same = sharing.contains(index) ? sharing.first { $0 < index && call.operands[$0] == type } : nil
            operands.append(try same.map { operands[$0] } ?? editor.addInput("x\(index)", type))
        }
        let results = try editor.apply(call.operation, to: operands, names: ["y"])
        var gradients: [ValueID?] = results.map { _ in nil }
        for index in call.results {
            gradients[index] = try editor.addInput("dy\(index)", editor.graph[results[index]].type)
        }
        let node = editor.graph.nodes[0]
        return (GradientContext(editor: editor, node: node, resultGradients: gradients, needed: needed), results)
    }

    /// Checks the gradients of the needed operands; returns their numbers.
    private func check(
        _ call: OperatorCase, needed: [Bool], _ place: String, _ random: inout SeededRandom
    ) throws -> [Int] {
        let batch = random.integer(1...3)
        var (context, results) = try differentiated(call, needed: needed)
        let gradients = try call.operation.gradient(&context)
        #expect(gradients.count == call.operands.count, "\(place)")

        let evaluation = EvaluationContext(seed: random.next(), step: random.integer(1...9))
        let operands = call.tensors(batch: batch, &random)
        var bindings = Dictionary(uniqueKeysWithValues: operands.enumerated().map { ("x\($0)", $1) })
        var weights: [Int: [Double]] = [:]
        for index in call.results {
            let tensor = Draw.spread.tensor(context.editor.graph[results[index]].type.shape(batch: batch), &random)
            bindings["dy\(index)"] = tensor
            weights[index] = tensor.elements
        }
        let interpreter = ReferenceInterpreter(context.editor.graph, context: evaluation)
        let values = interpreter.run(bindings, batch: batch)

        let shapes = results.map { context.editor.graph[$0].type.shape(batch: batch) }
        func objective(_ operands: [Tensor]) -> Double {
            let results = call.operation.evaluate(operands, results: shapes, context: evaluation)
            return weights.reduce(0) { sum, weight in
                zip(weight.value, results[weight.key].elements).reduce(sum) { $0 + $1.0 * $1.1 }
            }
        }
        var checked: [Int] = []
        for index in needed.indices where needed[index] {
            let gradient = try #require(gradients[index], "\(place): operand \(index) has no gradient")
            #expect(context.editor.graph[gradient].type == call.operands[index], "\(place): operand \(index)")
            var moved = operands
            for element in operands[index].elements.indices {
                let value = operands[index].elements[element]
                let step = 1e-5
                moved[index].elements[element] = value + step
                let above = objective(moved)
                moved[index].elements[element] = value - step
                let below = objective(moved)
                moved[index].elements[element] = value
                let expected = (above - below) / (2 * step)
                let given = values[gradient.index].elements[element]
                // Rounding gives 1e-16 · objective / step, the third derivative step²: both far below this.
                guard abs(given - expected) <= 1e-6 * max(1, abs(expected)) else {
                    Issue.record("\(place): operand \(index), element \(element) is \(given), not \(expected)")
                    return checked
                }
            }
            checked.append(index)
        }
        return checked
    }
}
