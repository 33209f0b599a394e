import ApusGraph
import TestSupport
import Testing

@testable import ApusCompiler

/// The operators of a graph after a pass and without dead code, in order, once the reference interpreter has seen that it computes what
/// it computed before.
func operatorsOfSameGraph(
    _ pass: any Pass, _ spec: String, batch: Int = 2, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> [String] {
    let before = Model(graph: try Graph.parse(spec))
    let after = try Pipeline([pass, RemoveDeadCode(keepsParameters: true)]).run(before, verify: true)
    var random = SplitMix64(seed: 7)
    var bindings: [String: Tensor] = [:]
    for id in before.graph.inputs + before.graph.parameters.map(\.value) {
        let value = before.graph[id]
        let shape = value.type.shape(batch: batch)
        let elements = (0..<shape.reduce(1, *)).map { _ in
            value.type.elementType == .bool
                ? Double(Int.random(in: 0...1, using: &random)) : .random(in: -2...2, using: &random)
        }
        bindings[value.name] = Tensor(shape: shape, elements: elements).converted(to: value.type.elementType)
    }
    func answers(_ model: Model) -> [[Double]] {
        let values = ReferenceInterpreter(model.graph).run(bindings, batch: batch)
        return model.graph.outputs.map { values[$0.index].elements }
    }
    for (old, new) in zip(answers(before), answers(after)) {
        #expect(old.count == new.count, sourceLocation: sourceLocation)
        for (x, y) in zip(old, new) {
            #expect(abs(x - y) <= 1e-5 * max(1, abs(x)), "\(after.graph.text)", sourceLocation: sourceLocation)
        }
    }
    #expect(before.graph.outputs.map { before.graph[$0].name } == after.graph.outputs.map { after.graph[$0].name })
    return after.graph.nodes.map(\.operation.name)
}
