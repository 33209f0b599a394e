import Apus

/// The likelihood of each class, for grey images of 28 × 28 that lie one after the other.
func classify(_ modelPath: String, _ pixels: [Float]) throws -> [Float] {
    let model = try Model(contentsOf: modelPath)
    let plan = try Compiler.inferencePlan(model, target: Processor.preferredTarget(), batchBound: 16)
    var session = try Session(plan, threads: 2)
    var probabilities = [Float](repeating: 0, count: pixels.count / 784 * 10)
    var output = probabilities.mutableSpan
    try session.run(pixels.span, into: &output)
    return probabilities
}
