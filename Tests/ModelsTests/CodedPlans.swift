import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Checks that the plans of a model of codes give the bits of its definition: on every target, with one thread and two.
///
/// - Parameters:
///   - graph: the model's graph, in which the passes have said what is computed in integers.
///   - numbers: the images of a batch.
///   - what: what the network is, for messages.
///   - check: looks at each plan.
func expectBits(
    of model: Model, _ graph: Graph, images numbers: [Float], batch: Int, _ what: String,
    sourceLocation: Testing.SourceLocation = #_sourceLocation, check: (Plan) -> Void = { _ in }
) throws {
    let input = Tensor(shape: graph[graph.inputs[0]].type.shape(batch: batch), elements: numbers.map(Double.init))
    let expected = ReferenceInterpreter(graph).run(["image": input], batch: batch)[graph.outputs[0].index]
        .elements.map { Float($0) }
    for target in Processor.targets {
        for threads in [1, 2] {
            let plan = try Compiler.inferencePlan(model, target: target, batchBound: batch)
            try plan.verify()
            try plan.verifyBuffers()
            check(plan)
            let found = try PlanRun.outputs(of: plan, images: ["image": numbers], batch: batch, threads: threads)
            #expect(
                found.outputs["y"] == expected, "\(what), \(target.rawValue), \(threads) threads",
                sourceLocation: sourceLocation)
        }
    }
}
