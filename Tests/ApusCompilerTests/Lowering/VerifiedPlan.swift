import ApusGraph
import ApusPlan

@testable import ApusCompiler

/// The inference plan of a graph for AVX2, with its parameters in the state, after the verifier and the check of its buffers accepted
/// it.
func verifiedPlan(_ graph: Graph, batch: Int, microBatch: Int? = nil) throws -> Plan {
    let plan = try Compiler.plan(
        Model(graph: graph), through: .inference(batch: batch),
        LoweringOptions(target: .avx2, batchBound: batch, microBatch: microBatch, weights: .state))
    try plan.verify()
    try plan.verifyBuffers()
    return plan
}

/// That of a text, with a whole batch at once.
func verifiedPlan(_ spec: String, batch: Int = 1) throws -> Plan {
    try verifiedPlan(Graph.parse("model m\n\(spec)"), batch: batch, microBatch: batch)
}
