import ApusCompiler
import ApusFiles
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import CAllocationCount

// Counts the heap allocations of a thousand runs, in a process where nothing else allocates. A line for each spec, kind of
// plan and number of threads: `mnist_cnn inference 1 0`. The last number is the count.

/// Counts the allocations of `body`, which first runs once unwatched.
func allocations(_ body: () throws -> Void) rethrows -> UInt64 {
    try body()
    let before = apus_allocation_count()
    for _ in 0..<1000 { try body() }
    return apus_allocation_count() - before
}

/// Runs of an inference plan with that many threads.
func inference(_ plan: Plan, batch: Int, threads: Int, isRecorded: Bool = false) throws -> UInt64 {
    var session = try Session(plan, threads: threads)
    if isRecorded { session.startRecording(eventRoom: 100, tolerance: 1.2) }
    let input = [Float](repeating: 0.5, count: batch * plan.inputs[0].sampleElements)
    var output = [Float](repeating: 0, count: batch * plan.outputs[0].sampleElements)
    var answers = output.mutableSpan
    return try allocations { try session.run(input.span, into: &answers) }
}

/// Steps of a training plan with that many threads.
func training(_ plan: Plan, batch: Int, threads: Int) throws -> UInt64 {
    var session = try Session(plan, threads: threads)
    let images = [Float](repeating: 0.5, count: batch * plan.inputs[0].sampleElements)
    let labels = [Int32](repeating: 3, count: batch)
    return try images.withUnsafeBytes { imageBytes in
        try labels.withUnsafeBytes { labelBytes in
            guard let image = imageBytes.baseAddress, let label = labelBytes.baseAddress else { return .max }
            session.bindInput(0, to: image)
            session.bindInput(1, to: label)
            return try allocations { try session.run(batch: batch) }
        }
    }
}

let batch = 16
let target = try Processor.preferredTarget()
for path in CommandLine.arguments.dropFirst() {
    let source = String(decoding: try readFile(path), as: UTF8.self)
    let model = try ExplicitParameters().apply(to: Model(graph: Graph.parse(source))).initialized(seed: 1)
    let answering = try Compiler.inferencePlan(model, target: target, batchBound: batch)
    var lowering = LoweringOptions(target: target, batchBound: batch, weights: .state)
    lowering.optimizer = .adam()
    let learning = try Compiler.trainingPlan(model, .init(inputNoise: 0.1), lowering: lowering)
    for threads in [1, 2] {
        print(model.graph.name, "inference", threads, try inference(answering, batch: batch, threads: threads))
        let recorded = try inference(answering, batch: batch, threads: threads, isRecorded: true)
        print(model.graph.name, "recorded", threads, recorded)
        print(model.graph.name, "training", threads, try training(learning, batch: batch, threads: threads))
    }
}
// The counter itself works: an array on the heap is seen.
let before = apus_allocation_count()
let proof = [Int](repeating: CommandLine.arguments.count, count: 1000 * CommandLine.arguments.count)
print("counter", proof.count > 0 && apus_allocation_count() > before ? "works" : "fails")
