import Apus

/// Compiles a model for this processor, and keeps the plan.
func compileModel(_ modelPath: String, to planPath: String) throws {
    let model = try Model(contentsOf: modelPath)
    let plan = try Compiler.inferencePlan(model, target: Processor.preferredTarget(), batchBound: 16)
    try plan.write(to: planPath)
}

/// A line for each input and output: `image: f32[N, 1, 28, 28]`, for instance.
func describePorts(_ plan: Plan) -> [String] {
    plan.inputs.map { "takes \($0)" } + plan.outputs.map { "gives \($0)" }
}

/// The likeliest class of each image, by its name, and how likely it is.
func recognize(_ plan: Plan, _ images: [[Float]]) throws -> [(label: String, probability: Float)] {
    var session = try Session(plan)
    let answers = try session.run(["image": images.flatMap { $0 }])
    guard let probabilities = answers["probabilities"] else { return [] }
    return try images.indices.map { number in
        let row = try probabilities[number].elements(as: Float.self)
        let best = row.indices.max { row[$0] < row[$1] } ?? 0
        return (plan.labels[best], row[best])
    }
}

/// Reads images from `next` until there are no more, and hands each answer to `use`. After the first image nothing is allocated.
func recognizeStream(
    _ plan: Plan, next: (inout [Float]) -> Bool, use: ([Float]) -> Void
) throws {
    var session = try Session(plan)
    var image = [Float](repeating: 0, count: plan.inputs[0].sampleElements)
    var probabilities = [Float](repeating: 0, count: plan.outputs[0].sampleElements)
    while next(&image) {
        var output = probabilities.mutableSpan
        try session.run(image.span, into: &output)
        use(probabilities)
    }
}
