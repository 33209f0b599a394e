import ApusCompiler
import ApusPlan

/// How well a model answers a data set.
public enum Evaluation: Sendable, Equatable {
    case classes(ClassEvaluation)
    case numbers(RegressionEvaluation)
    case labels(MultiLabelEvaluation)

    /// The figure that models are chosen by: the larger, the better.
    public enum Measure: String, Sendable, CaseIterable {
        case accuracy
        case rSquared = "r_squared"
        case f1

        /// For people.
        public var title: String {
            switch self {
            case .accuracy: "accuracy"
            case .rSquared: "R²"
            case .f1: "F1"
            }
        }
    }

    public var measure: Measure {
        switch self {
        case .classes: .accuracy
        case .numbers: .rSquared
        case .labels: .f1
        }
    }

    /// The value of ``measure``.
    public var score: Double {
        switch self {
        case .classes(let evaluation): evaluation.accuracy
        case .numbers(let evaluation): evaluation.rSquared
        case .labels(let evaluation): evaluation.f1
        }
    }

    /// The mean loss, in what a model was trained by: cross-entropy of classes, or squared errors of numbers. Nil for other losses, which
    /// evaluations don't count.
    func loss(trainedBy loss: Loss) -> Double? {
        switch self {
        case .classes(let evaluation):
            [.automatic, .crossEntropy, .logitCrossEntropy].contains(loss) ? evaluation.loss : nil
        case .numbers(let evaluation): loss == .meanSquaredError ? evaluation.meanSquaredError : nil
        case .labels: nil
        }
    }

    public var samples: Int {
        switch self {
        case .classes(let evaluation): evaluation.samples
        case .numbers(let evaluation): evaluation.samples
        case .labels(let evaluation): evaluation.samples
        }
    }
}

/// What the numbers of an answer are, and what they are compared with.
enum AnswerKind: Sendable, Equatable {
    /// A score for each class, of each of a sample's `labels` labels.
    case classes(Int, labels: Int, scores: Port.Meaning)
    /// As many numbers as targets, to come near to.
    case numbers(Int)
    /// As many numbers as labels that are true or false: probabilities, or their logits.
    case labels(Int, areProbabilities: Bool)

    /// What answers of this kind are judged by.
    var measure: Evaluation.Measure {
        switch self {
        case .classes: .accuracy
        case .numbers: .rSquared
        case .labels: .f1
        }
    }
}
