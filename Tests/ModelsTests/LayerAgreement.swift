import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Checks that a plan of a small model gives the reference's answers, and the same bits on two threads.
///
/// - Parameters:
///   - spec: a model whose input is `image`, and whose output is `z`.
///   - seed: of the weights.
/// - Returns: the plan, whose instructions and buffers have been verified.
func planThatAgrees(_ spec: String, target: Target, seed: UInt64 = 5) throws -> Plan {
    let batch = 5
    let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec))).initialized(seed: seed)
    let plan = try Compiler.inferencePlan(model, target: target, batchBound: batch)
    try plan.verify()
    try plan.verifyBuffers()
    var random = TestRandom(seed: 3)
    let images = random.numbers(batch * model.graph[model.graph.inputs[0]].type.sampleElements!)
    let (graph, tensors) = RandomNetworkTests.reference(model.graph, model, images: images, labels: nil, batch: batch)
    let expected = tensors[graph.outputs[0].index].elements
    let found = try PlanRun.outputs(of: plan, images: ["image": images], batch: batch).outputs["z"]!
    #expect(PlanRun.relativeError(found, expected) < 2e-5)
    let shared = try PlanRun.outputs(of: plan, images: ["image": images], batch: batch, threads: 2).outputs["z"]!
    #expect(shared.map(\.bitPattern) == found.map(\.bitPattern), "two threads give the same bits")
    let cut = try PlanRun.outputs(of: plan.cutEverywhere(&random), images: ["image": images], batch: batch, threads: 3)
    #expect(cut.outputs["z"]!.map(\.bitPattern) == found.map(\.bitPattern), "so do parts, wherever they are cut")
    return plan
}
