import ApusGraph
import Testing

/// A call that breaks one rule of its operator.
struct Breach: CustomTestStringConvertible {
    var operation: any Operator
    var operands: [TensorType]
    var label: String
    /// What the message says, numbers included.
    var message: String

    init(_ operation: any Operator, _ operands: [TensorType], _ label: String, _ message: String) {
        self.operation = operation
        self.operands = operands
        self.label = label
        self.message = message
    }

    var testDescription: String { "\(operation.name) \(label): \(message)" }
}

extension Breach {
    /// Those of all families, each in a file of its own.
    static let all: [Breach] = [
        layers,
        arithmetic, functions, comparison, activations, conversions, reductions, losses, normalizations,
        shapes, indexing, resizing, products, spatial, attentions, recurrences, quantized,
    ].flatMap { $0 }
}

struct ConstraintTests {
    @Test("a broken rule is named", arguments: Breach.all)
    func isNamed(breach: Breach) {
        do {
            let result = try breach.operation.infer(breach.operands)
            Issue.record("\(breach.testDescription): gave \(result.map(\.type))")
        } catch {
            #expect(error.label == breach.label, "\(error)")
            #expect(error.message.contains(breach.message), "\(error)")
            #expect(!error.remedy.isEmpty && error.remedy != error.message)
        }
    }

    @Test("every rule is broken by a test", arguments: OperatorCatalogue.all.map { $0.name })
    func areAllBroken(name: String) throws {
        let documented = try #require(OperatorCatalogue.named(name)).documentation.constraints.map(\.name)
        let broken = Set(Breach.all.filter { $0.operation.name == name }.map(\.label))
        #expect(Set(documented) == broken, "\(name) documents \(documented)")
    }

    @Test func errorsReachTheEditorWithTheirLabel() throws {
        var editor = GraphEditor(name: "errors")
        let x = try editor.addInput("image", TensorType(.f32, ["N", 3, 8, 8]))
        let error = try #require(throws: GraphError.self) {
            _ = try editor.apply(Dense(units: 10), to: [x], names: ["logits"])
        }
        #expect(
            error.description
                == "logits: dense works on rows f32[N, features], not on f32[N, 3, 8, 8] (C2); "
                + "flatten it first: dense(flatten(...), units: 10)")
    }

    @Test func gradientsOfStatisticsAreRefused() throws {
        var editor = GraphEditor(name: "statistics")
        let x = try editor.addInput("x", TensorType(.f32, ["N", 3]))
        let scale = try editor.addInput("scale", TensorType(.f32, [3]))
        let results = try editor.apply(BatchNormTraining(), to: [x, scale, scale], names: ["norm"])
        let node = editor.graph.nodes[0]
        var context = GradientContext(
            editor: editor, node: node, resultGradients: [nil, scale, nil], needed: [true, true, true])
        #expect(results.count == 3)
        let error = try #require(throws: GraphError.self) { _ = try node.operation.gradient(&context) }
        #expect(error.place == "norm" && error.message.contains("no gradient for its mean and variance"))
    }
}
