import Apus
import ApusData
import ApusTraining

/// A network that tells digits apart.
func makeDigitNetwork() throws -> Graph {
    try Graph.parse(
        """
        model digits
        input image: f32[N, 1, 28, 28]
        conv1 = conv2d(image, filters: 8, kernel: [3, 3], padding: 1)
        pool1 = max_pool2d(relu(conv1), window: [4, 4])
        logits = dense(flatten(pool1), units: 10)
        output probabilities = softmax(logits)
        """)
}

/// Trains on generated digits into a folder, and says how the run ended.
func trainOnDigits(samples: Int, folder path: String, resumes: Bool = false) throws -> TrainingEnd {
    var options = TrainingOptions()
    options.epochs = 8
    options.learningRate = 1e-2
    options.threads = 2
    options.augmentation.rotation = 5
    let data = try TrainingData(training: .digits(count: samples, seed: 1), test: nil, options: options)
    var folder = try RunFolder(path)
    let checkpoint = resumes ? try folder.resume() : nil
    var trainer = try Trainer(
        Model(graph: makeDigitNetwork()), data: data, options: options, target: Processor.preferredTarget(),
        checkpoint: checkpoint)
    if checkpoint == nil { try folder.begin(with: trainer.checkpoint()) }
    return try trainer.run { event throws(TrainingError) in
        switch event {
        case .improved(let model, let epoch, let score):
            try folder.save(best: model, epoch: epoch, score: score, .accuracy, of: "validation")
        case .epoch(let record): try folder.append(record)
        case .checkpoint(let checkpoint): try folder.save(checkpoint)
        default: break
        }
    }
}

/// The share of digits that a model tells right, of those that it has not seen.
func measureAccuracy(_ modelPath: String, samples: Int) throws -> Double {
    let model = try Model(contentsOf: modelPath)
    var evaluator = try Evaluator(
        model, preparation: model.inputPreparation(), weights: .constant, target: Processor.preferredTarget(),
        threads: 2)
    let unseen = try GeneratedData.digits.load(.test, count: 6 * samples, seed: 1)
    return try evaluator.evaluate(unseen).score
}

/// Samples of a curve: one number in, one number out.
func sampleCurve(_ curve: (Float) -> Float, count: Int) throws -> Dataset {
    let places = (0..<count).map { 2 * Float($0) / Float(count) - 1 }
    return try Dataset(
        inputs: [DataColumn(count: count, sampleShape: [1], elements: .floats(places))],
        targets: DataColumn(count: count, sampleShape: [1], elements: .floats(places.map(curve))))
}

/// Makes a model for other classes: its convolutions stay as they are, and its last layer begins anew.
func prepareForClasses(_ model: Model, count: Int) throws -> Model {
    try Pipeline([ExplicitParameters(), FixParameters(["conv*"]), ReplaceHead("logits", classes: count)]).run(model)
}
