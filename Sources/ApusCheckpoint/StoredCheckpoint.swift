/// What the file of a checkpoint holds: all that a training run needs to go on. `ApusTraining` knows what it means.
package struct StoredCheckpoint: Sendable, Equatable {
    package var recipe: String
    package var progress: StoredProgress
    /// The blocks of the state by kind and name.
    package var state: [String: [Float]]

    package init(recipe: String, progress: StoredProgress, state: [String: [Float]]) {
        self.recipe = recipe
        self.progress = progress
        self.state = state
    }
}

/// How far a training run is, and its learning rate.
package struct StoredProgress: Sendable, Equatable {
    package var epoch = 0
    /// Steps of the epoch under way.
    package var step = 0
    package var totalSteps = 0
    package var lastImprovement = 0
    package var bestEpoch = 0
    /// Loss times samples, over the epoch under way.
    package var lossSum = 0.0
    package var seconds = 0.0
    package var learningRate = 0.0
    package var bestScore = 0.0
    /// How the run ended; empty where it goes on.
    package var end = ""

    package init() {}
}
