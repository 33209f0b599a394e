import Glibc

/// The learning rate and what it depends on. All of it is in the checkpoint.
package struct LearningRate: Sendable, Equatable {
    /// The rate before the schedule's cosine; what the plateau schedule divides.
    package var base: Double
    /// The epoch of the last improvement, or of the last division.
    package var lastImprovement = 0
    /// The best score on the set that selects.
    package var bestScore = -Double.infinity
    package var bestEpoch = 0

    package init(base: Double) { self.base = base }

    /// The rate for a step, counted from 0.
    package func rate(_ schedule: TrainingOptions.Schedule, step: Int, of steps: Int) -> Double {
        guard case .cosine(let warmup, let minimum) = schedule else { return base }
        if step < warmup { return base * Double(step + 1) / Double(warmup) }
        let progress = Double(step - warmup) / Double(max(1, steps - warmup))
        return minimum + (base - minimum) * 0.5 * (1 + cos(Double.pi * min(1, progress)))
    }

    /// Takes a score in; whether it is the best so far. Equal is as good: the later model has seen more.
    package mutating func note(score: Double, epoch: Int) -> Bool {
        guard score >= bestScore else { return false }
        bestScore = score
        bestEpoch = epoch
        lastImprovement = epoch
        return true
    }

    /// Ends an epoch: divides the rate where nothing improved for long enough. Whether it did.
    package mutating func endEpoch(_ epoch: Int, _ schedule: TrainingOptions.Schedule) -> Bool {
        guard case .plateau(let divisor, let patience, let minimum) = schedule,
            epoch - lastImprovement >= patience, base > minimum
        else { return false }
        base = max(minimum, base / divisor)
        // The new rate gets as many epochs to prove itself.
        lastImprovement = epoch
        return true
    }
}
