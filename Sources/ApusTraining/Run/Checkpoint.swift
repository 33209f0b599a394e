import ApusPlan

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

/// All that a training run needs to go on as if it had never stopped. ``CheckpointFile`` is its file.
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
    public func encoded() -> [UInt8] { CheckpointFile.file(of: self).encoded() }

    /// The checkpoint of a file's bytes, of this version or an older one.
    ///
    /// - Parameter file: the file's name, for errors.
    /// - Throws: ``TrainingError`` where the bytes are not a whole checkpoint.
    public init(decoding bytes: [UInt8], file: String) throws(TrainingError) {
        self = try unsafe CheckpointFile.decode(bytes.span.bytes, file: file)
    }
}
