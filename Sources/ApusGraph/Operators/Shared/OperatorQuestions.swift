/// What passes ask an operator about itself, so that they need not know which it is.
public protocol OperatorQuestions {
    /// The numbers of the operands that the result is equal to wherever the two have one type.
    ///
    /// - Parameter constants: the elements of those operands that are constants.
    func unchangedOperands(_ constants: [Elements?]) -> [Int]

    /// Whether the result has the operand's elements in their order, under another shape.
    var isReshape: Bool { get }

    /// Whether the results have elements of the first operand, of whatever type it is, and nothing else.
    var movesElements: Bool { get }

    /// The operator that takes the place of this one where a model answers.
    var inferenceForm: InferenceForm { get }

    /// The operator that takes the place of this one while a model is trained.
    ///
    /// - Parameter stream: the number of the next sequence of random numbers, where it draws from one.
    func trainingForm(stream: Int) -> TrainingForm

    /// How a training graph computes its results another time.
    var repeatedForm: RepeatedForm { get }

    /// What the numbers of its first result are, where they are a model's answer.
    var answerMeaning: AnswerMeaning { get }

    /// Which rows and columns of the operands the first rows and columns of the result are made of.
    ///
    /// - Parameter image: height and width of the first operand; empty where it has none.
    func trimming(image: [Int]) -> Trimming

    /// The operator of this kind for images of which the far edges are cut off.
    ///
    /// - Parameters:
    ///   - input: height and width of the first operand, before and after.
    ///   - output: height and width that are left of the result.
    func trimmed(input: (whole: [Int], kept: [Int]), output: [Int]) -> any Operator
}

/// What an operator is where a model answers.
public enum InferenceForm: Sendable {
    /// What it is.
    case same
    /// Its first operand, unchanged.
    case operand
}

/// What an operator is while a model is trained.
public enum TrainingForm: Sendable {
    /// What it is.
    case same
    /// An operator on the same operands that draws random numbers from the stream.
    case random(any Operator)
    /// An operator on those operands that are no statistics. Its results are this operator's and the batch's statistics, which the
    /// graph's own, the last operands, follow by a moving average of this momentum.
    case batchStatistics(any Operator, momentum: Double)
}

/// How a training graph computes an operator's results another time, in place of keeping them for the backward pass.
public enum RepeatedForm: Sendable {
    /// By the same operator on the same operands.
    case same
    /// Its first result by an operator on its operands and its other results, which are sums over samples, small, and kept.
    case ofSums(any Operator)
}

/// What the numbers of a model's answer are, as far as the operator that makes them tells.
public enum AnswerMeaning: Sendable {
    /// Nothing is known of them; where they are scores of classes, the largest is the best.
    case numbers
    /// Probabilities of classes, which add up to 1.
    case probabilities
    /// The logarithms of such probabilities.
    case logProbabilities
    /// Probabilities, each by itself.
    case independentProbabilities
}

/// Which rows and columns of an operator's operands are needed where no more than the first so many of the result's are.
public enum Trimming: Sendable {
    /// All of operands and results.
    case whole
    /// The same of all operands that have the result's shape; all of the others.
    case broadcast
    /// The same of the first operand; all of the others.
    case perChannel
    /// Those of the first operand that the windows reach; all of the others.
    case windows(TrimmedWindows)
}

extension Operator {
    public func unchangedOperands(_ constants: [Elements?]) -> [Int] { [] }
    public var isReshape: Bool { false }
    public var movesElements: Bool { isReshape }
    public var inferenceForm: InferenceForm { .same }
    public func trainingForm(stream: Int) -> TrainingForm { .same }
    public var repeatedForm: RepeatedForm { .same }
    public var answerMeaning: AnswerMeaning {
        if case .unary(.logistic, _) = expression { .independentProbabilities } else { .numbers }
    }
    public func trimming(image: [Int]) -> Trimming { expression == nil ? .whole : .broadcast }
    public func trimmed(input: (whole: [Int], kept: [Int]), output: [Int]) -> any Operator { self }
}

extension BroadcastingOperator {
    public func trimming(image: [Int]) -> Trimming { .broadcast }

    /// The operands beside which stands nothing but the function's neutral element.
    func operands(besideNeutral neutral: Double, _ constants: [Elements?]) -> [Int] {
        [(0, 1), (1, 0)].compactMap { kept, other in
            constants[other].map { $0.doubles.allSatisfy { $0 == neutral } } == true ? kept : nil
        }
    }
}
