import ApusCheckpoint
import ApusTraining
import TestSupport
import Testing

/// Checkpoints of each version that is still read give the runs that were stored.
@Suite("Versions of checkpoints")
struct CheckpointVersionTests {
    private static let files = ["2.0/sample.checkpoint", "3.0/sample.checkpoint"]

    private static let sample: Checkpoint = {
        var rate = LearningRate(base: 0.003)
        rate.lastImprovement = 4
        rate.bestEpoch = 3
        rate.bestScore = 0.9375
        var progress = Progress(learningRate: rate)
        progress.epoch = 5
        progress.step = 17
        progress.totalSteps = 99
        progress.lossSum = 1.5
        progress.seconds = 0.25
        progress.end = .noImprovement
        return Checkpoint(
            recipe: "seed 1; größer ✓", progress: progress,
            state: [
                "parameter/conv.weight": (0..<18).map { Float($0) / 8 }, "parameter/logits.bias": [1, -2.5, .infinity],
                "status/status": [0, 0], "gradient/none": [],
            ])
    }()

    @Test(arguments: files)
    func areRead(file: String) throws {
        let bytes = try Fixture.bytes("checkpoint/\(file)")
        #expect(try Checkpoint(decoding: bytes, file: file) == Self.sample)
    }

    /// The file of today's version is what is written today: a change of the encoding needs a new version and a file of it.
    @Test func whatIsWrittenIsOfTheNewestVersion() throws {
        let name = "checkpoint/\(CheckpointFile.format.version)/sample.checkpoint"
        #expect(
            try Self.sample.encoded() == Fixture.bytes(name),
            "\(name): the encoding changed; raise the version, and add a file to Tests/Fixtures/checkpoint")
    }

    @Test func noFileIsForgotten() {
        #expect(Fixture.names("checkpoint").map { "\($0)/sample.checkpoint" } == Self.files)
    }

    /// Damage to a file of version 2, which has one checksum and no sections.
    @Test func oldFilesThatAreDamagedAreRefused() throws {
        let bytes = try Fixture.bytes("checkpoint/2.0/sample.checkpoint")
        for length in 0..<bytes.count {
            #expect(throws: TrainingError.self, "\(length) bytes") {
                try Checkpoint(decoding: Array(bytes.prefix(length)), file: "c")
            }
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(throws: TrainingError.self, "byte \(index)") { try Checkpoint(decoding: changed, file: "c") }
        }
    }
}
