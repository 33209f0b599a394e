import ApusPlan
import Glibc

/// How well a model tells classes.
public struct ClassEvaluation: Sendable, Equatable {
    /// Answers; a sample that has several labels counts as often.
    public var samples = 0
    public var correct = 0
    /// Mean of −log of the probability given to the right class.
    public var loss = 0.0
    /// Counts: rows are true classes, columns are answers. Empty where there are more than ``maximumClasses``.
    public var confusion: [[Int]]

    /// More classes than this have no table of what is confused.
    public static let maximumClasses = 1024

    public init(classes: Int) {
        let side = classes <= Self.maximumClasses ? classes : 0
        confusion = Array(repeating: Array(repeating: 0, count: side), count: side)
    }

    public var accuracy: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }

    /// Of the answers that name a class, the share that is right; nil where there are none.
    public func precision(of label: Int) -> Double? {
        let answers = confusion.reduce(0) { $0 + $1[label] }
        return answers == 0 ? nil : Double(confusion[label][label]) / Double(answers)
    }

    /// Of the samples of a class, the share that is answered right; nil where there are none.
    public func recall(of label: Int) -> Double? {
        let samples = confusion[label].reduce(0, +)
        return samples == 0 ? nil : Double(confusion[label][label]) / Double(samples)
    }

    /// Takes in the scores of one label; a negative one is no class, and is passed over. ``finish()`` makes the loss a mean.
    mutating func add(_ answer: ArraySlice<Float>, label: Int, _ scores: Port.Meaning) {
        guard label >= 0, label < answer.count else { return }
        var best = answer.startIndex
        for index in answer.indices where answer[index] > answer[best] { best = index }
        let right = Double(answer[answer.startIndex + label])
        samples += 1
        correct += best - answer.startIndex == label ? 1 : 0
        if !confusion.isEmpty { confusion[label][best - answer.startIndex] += 1 }
        switch scores {
        case .probabilities: loss -= log(max(right, 1e-30))
        case .logProbabilities: loss -= right
        case .numbers, .independentProbabilities:
            let maximum = Double(answer[best])
            loss += log(answer.reduce(0) { $0 + exp(Double($1) - maximum) }) + maximum - right
        }
    }

    mutating func finish() { loss /= Double(max(1, samples)) }
}
