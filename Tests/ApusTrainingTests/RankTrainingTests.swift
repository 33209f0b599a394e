import ApusData
import ApusFiles
import ApusGraph
import ApusRuntime
import ApusTraining
import Testing

/// Processes that share a run end in the bits of one. Here they are threads.
@Suite struct RankTrainingTests {
    static func data(_ options: TrainingOptions, colour: Bool) throws -> TrainingData {
        guard colour else { return try TrainingFixture.data(options) }
        let count = 96
        let pixels = (0..<count * 3 * 32 * 32).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        let labels = (0..<count).map { Int32($0 * 7 % 10) }
        let all = try Dataset(
            channels: 3, height: 32, width: 32, images: pixels, labels: labels,
            classNames: (0..<10).map { "class \($0)" })
        return try TrainingData(training: all, test: all.subset(0..<20), options: options)
    }

    static func run(
        _ source: String, _ options: TrainingOptions, colour: Bool = false, checkpoint: Checkpoint? = nil,
        stepLimit: Int = .max, ranks: (any RankExchange)?
    ) throws -> TrainingFixture.Outcome {
        try TrainingFixture.run(
            Trainer(
                Model(graph: Graph.parse(source)), data: data(options, colour: colour), options: options,
                target: Processor.targets[0], checkpoint: checkpoint, ranks: ranks), stepLimit: stepLimit)
    }

    static func expectSame(_ one: TrainingFixture.Outcome, _ other: TrainingFixture.Outcome, _ what: String) {
        #expect(ReproducibilityTests.bits(one.checkpoint) == ReproducibilityTests.bits(other.checkpoint), "\(what)")
        #expect(one.best == other.best, "\(what)")
        #expect(one.improvements == other.improvements, "\(what)")
        #expect(one.records.map(\.trainLoss) == other.records.map(\.trainLoss), "\(what)")
        #expect(one.records.map(\.testScore) == other.records.map(\.testScore), "\(what)")
        #expect(one.evaluations == other.evaluations, "\(what)")
    }

    @Test func endInTheSameBits() throws {
        var options = TrainingFixture.options()
        options.averageDecay = 0.9
        options.maximumNorm = 0.5
        options.accumulation = 3
        options.evaluationSteps = 2
        options.optimizer = .adam(decay: 0.01)
        let one = try Self.run(TrainingFixture.source, options, ranks: nil)
        for count in 2...4 {
            let all = try LocalRanks.run(count) { try Self.run(TrainingFixture.source, options, ranks: $0) }
            Self.expectSame(one, all[0], "\(count) ranks")
            for rank in all { #expect(rank.best == one.best) }
        }
    }

    @Test(arguments: ["mnist-cnn", "resnet8"]) func modelsEndInTheSameBits(_ name: String) throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let source = String(decoding: try readFile("\(root)/Models/\(name).graph"), as: UTF8.self)
        var options = TrainingFixture.options()
        options.epochs = 2
        options.augmentation.rotation = 0
        let isColour = name == "resnet8"
        if isColour { options.heldOut = 20 }
        let one = try Self.run(source, options, colour: isColour, ranks: nil)
        for count in 1...4 {
            let all = try LocalRanks.run(count) { try Self.run(source, options, colour: isColour, ranks: $0) }
            Self.expectSame(one, all[0], "\(name), \(count) ranks")
        }
    }

    /// What three ranks saved, one process and two ranks go on with.
    @Test func goOnWithAnotherNumber() throws {
        let options = TrainingFixture.options()
        let whole = try Self.run(TrainingFixture.source, options, ranks: nil)
        let first = try LocalRanks.run(3) {
            try Self.run(TrainingFixture.source, options, stepLimit: 9, ranks: $0)
        }
        #expect(first.map(\.end) == [.interrupted, .interrupted, .interrupted])
        let checkpoint = try #require(first[0].checkpoint)
        let alone = try Self.run(TrainingFixture.source, options, checkpoint: checkpoint, ranks: nil)
        #expect(ReproducibilityTests.bits(alone.checkpoint) == ReproducibilityTests.bits(whole.checkpoint))
        let two = try LocalRanks.run(2) {
            try Self.run(TrainingFixture.source, options, checkpoint: checkpoint, ranks: $0)
        }
        #expect(ReproducibilityTests.bits(two[0].checkpoint) == ReproducibilityTests.bits(whole.checkpoint))
    }

    /// What a run answers that has come to its end: each rank has some of the samples, and all get all answers.
    @Test func answerTogether() throws {
        var options = TrainingFixture.options()
        options.averageDecay = 0.9
        let checkpoint = try #require(try Self.run(TrainingFixture.source, options, ranks: nil).checkpoint)
        func answers(_ ranks: (any RankExchange)?) throws -> (evaluation: Evaluation?, answers: [SampleAnswer]) {
            var trainer = try Trainer(
                TrainingFixture.model(), data: TrainingFixture.data(options), options: options,
                target: Processor.targets[0], checkpoint: checkpoint, ranks: ranks)
            #expect(trainer.epochs == options.epochs)
            let answers = try trainer.answers()
            return (answers?.evaluation, answers?.answers ?? [])
        }
        let one = try answers(nil)
        #expect(one.answers.count == 50)
        for count in 2...4 {
            for rank in try LocalRanks.run(count, answers) { #expect(rank == one, "\(count) ranks") }
        }
    }

    /// The clock and the signals of one rank are those of all.
    @Test func oneRankStopsAll() throws {
        var options = TrainingFixture.options()
        options.evaluationSeconds = 1e-9
        options.checkpointSeconds = 1e-9
        let all = try LocalRanks.run(3) {
            try Self.run(TrainingFixture.source, options, stepLimit: $0.rank == 1 ? 4 : .max, ranks: $0)
        }
        #expect(all.map(\.end) == [.interrupted, .interrupted, .interrupted])
        #expect(all.map { $0.checkpoint?.progress.step } == [5, 5, 5])
        #expect(Set(all.map(\.evaluations)).count == 1 && all[0].evaluations > 0)
    }

    @Test func othersWithAnotherRecipeAreRefused() throws {
        let error = #expect(throws: TrainingError.self) {
            _ = try LocalRanks.run(2) { rank in
                var options = TrainingFixture.options()
                options.learningRate = rank.rank == 0 ? 0.1 : 0.2
                _ = try Self.run(TrainingFixture.source, options, ranks: rank)
            }
        }
        let text = try #require(error).description
        #expect(text.contains("is to train another model, by another recipe"))
        #expect(text.contains("start all ranks with the same flags and files"))
    }
}
