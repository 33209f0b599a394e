import ApusCheckpoint
import ApusPlan
import ApusSections

/// How far a training run is.
package struct Progress: Sendable, Equatable {
    /// Epochs that are done.
    package var epoch = 0
    /// Steps of the epoch under way that are done.
    package var step = 0
    package var totalSteps = 0
    /// Loss times samples, over the epoch under way.
    package var lossSum = 0.0
    /// Seconds spent in the epoch under way.
    package var seconds = 0.0
    package var learningRate: LearningRate
    package var end: TrainingEnd?

    package init(learningRate: LearningRate) { self.learningRate = learningRate }
}

/// All that a training run needs to go on as if it had never stopped. `CheckpointFile` is its file.
public struct Checkpoint: Sendable, Equatable {
    package var recipe: String
    package var progress: Progress
    /// The blocks of the state by kind and name.
    package var state: [String: [Float]]

    package init(recipe: String, progress: Progress, state: [String: [Float]]) {
        self.recipe = recipe
        self.progress = progress
        self.state = state
    }

    static func key(_ slice: StateSlice) -> String { "\(slice.kind)/\(slice.name)" }

    /// Epochs that are done.
    public var epochs: Int { progress.epoch }

    /// The bytes of its file.
    public func encoded() -> [UInt8] { file.encoded() }

    /// Its file.
    var file: SectionFile { CheckpointFile.file(of: stored) }

    /// The checkpoint of a file's bytes, of this version or an older one.
    ///
    /// - Parameters:
    ///   - bytes: all of the file.
    ///   - file: the file's name, for errors.
    /// - Throws: ``TrainingError`` where the bytes are not a whole checkpoint.
    public init(decoding bytes: [UInt8], file: String) throws(TrainingError) {
        self = try unsafe Checkpoint(decoding: bytes.span.bytes, file: file)
    }

    init(decoding bytes: RawSpan, file: String) throws(TrainingError) {
        do throws(SectionError) { self = try Checkpoint(CheckpointFile.decode(bytes)) } catch {
            throw .checkpoint(CheckpointError(error, file: file))
        }
    }
}

// What a file holds has no types of training.
extension Checkpoint {
    private var stored: StoredCheckpoint {
        var stored = StoredProgress()
        stored.epoch = progress.epoch
        stored.step = progress.step
        stored.totalSteps = progress.totalSteps
        stored.lastImprovement = progress.learningRate.lastImprovement
        stored.bestEpoch = progress.learningRate.bestEpoch
        stored.lossSum = progress.lossSum
        stored.seconds = progress.seconds
        stored.learningRate = progress.learningRate.base
        stored.bestScore = progress.learningRate.bestScore
        stored.end = progress.end?.rawValue ?? ""
        return StoredCheckpoint(recipe: recipe, progress: stored, state: state)
    }

    private init(_ stored: StoredCheckpoint) throws(SectionError) {
        var rate = LearningRate(base: stored.progress.learningRate)
        rate.lastImprovement = stored.progress.lastImprovement
        rate.bestEpoch = stored.progress.bestEpoch
        rate.bestScore = stored.progress.bestScore
        var progress = Progress(learningRate: rate)
        progress.epoch = stored.progress.epoch
        progress.step = stored.progress.step
        progress.totalSteps = stored.progress.totalSteps
        progress.lossSum = stored.progress.lossSum
        progress.seconds = stored.progress.seconds
        let end = stored.progress.end
        if !end.isEmpty {
            guard let known = TrainingEnd(rawValue: end) else { throw .unknown(what: "the end '\(end.prefix(40))'") }
            progress.end = known
        }
        self.init(recipe: stored.recipe, progress: progress, state: stored.state)
    }
}
