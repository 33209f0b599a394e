package import ApusPlan
package import ApusRuntime
import Glibc

/// What a model answered to one sample, and how wrong that was.
public struct SampleAnswer: Sendable, Equatable {
    /// Its number in the data set, from 0.
    public var sample: Int
    /// The class that it is of; nil where answers are no classes.
    public var label: Int?
    /// The class that was answered, the likeliest; nil where answers are no classes.
    public var answer: Int?
    /// The likelihood that the model gave to the class that it answered.
    public var probability: Double
    /// −log of the probability of the right class; the squared error, as a mean over numbers; how many labels are wrong.
    public var loss: Double

    /// The likelihood that the model gave to the right class, where answers are classes.
    public var rightProbability: Double { exp(-loss) }

    package init(sample: Int, label: Int?, answer: Int?, probability: Double, loss: Double) {
        self.sample = sample
        self.label = label
        self.answer = answer
        self.probability = probability
        self.loss = loss
    }

    /// A sample of a class, answered by a score for each.
    init(sample: Int, label: Int, scores: ArraySlice<Float>, _ meaning: Port.Meaning, loss: Double) {
        var best = scores.startIndex
        for index in scores.indices where scores[index] > scores[best] { best = index }
        self.sample = sample
        self.label = label
        answer = best - scores.startIndex
        let maximum = Double(scores[best])
        switch meaning {
        case .probabilities: probability = maximum
        case .logProbabilities: probability = exp(maximum)
        case .numbers, .independentProbabilities:
            probability = 1 / scores.reduce(0) { $0 + exp(Double($1) - maximum) }
        }
        self.loss = loss
    }

    /// A sample with numbers or labels for an answer.
    init(sample: Int, loss: Double) {
        self.sample = sample
        probability = 0
        self.loss = loss
    }
}

/// How well a model answered a data set, and, where that was asked for, each of its samples.
public struct DetailedEvaluation: Sendable {
    public var evaluation: Evaluation
    /// One for each sample, in their order; empty where they were not kept, or where a sample has several labels.
    public var answers: [SampleAnswer]
    /// The plan that answered, and where its time went up to now, where that was recorded.
    package var recording: (plan: Plan, recording: Recording)?

    package init(
        evaluation: Evaluation, answers: [SampleAnswer], recording: (plan: Plan, recording: Recording)? = nil
    ) {
        self.evaluation = evaluation
        self.answers = answers
        self.recording = recording
    }
}
