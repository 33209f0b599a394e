import ApusTraining
import Testing

@Suite struct CheckpointTests {
    static func checkpoint() -> Checkpoint {
        var progress = Progress(learningRate: LearningRate(base: 0.003))
        progress.epoch = 2
        progress.step = 17
        progress.totalSteps = 99
        progress.lossSum = 1.5
        progress.end = .noImprovement
        return Checkpoint(
            recipe: "seed 1", progress: progress,
            state: ["parameter/a": [1, -2.5, .infinity], "status/status": [0, 0]])
    }

    @Test func isReadAsItWasWritten() throws {
        let checkpoint = Self.checkpoint()
        #expect(try Checkpoint(decoding: checkpoint.encoded(), file: "checkpoint") == checkpoint)
    }

    @Test func damageIsFoundAndNeverTraps() {
        let bytes = Self.checkpoint().encoded()
        for length in 0..<bytes.count {
            #expect(throws: TrainingError.self) { try Checkpoint(decoding: Array(bytes[..<length]), file: "c") }
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x40
            #expect(throws: TrainingError.self) { try Checkpoint(decoding: changed, file: "c") }
        }
    }

    @Test func errorsSayWhatToDo() {
        func text(_ bytes: [UInt8]) -> String {
            do {
                _ = try Checkpoint(decoding: bytes, file: "run/checkpoint")
                return ""
            } catch {
                return error.description
            }
        }
        #expect(text([1, 2, 3]) == "run/checkpoint is no checkpoint; give the folder of a training run")
        var damaged = Self.checkpoint().encoded()
        damaged[30] ^= 1
        #expect(text(damaged) == "run/checkpoint is damaged: its checksum differs; begin the run again")
    }
}
