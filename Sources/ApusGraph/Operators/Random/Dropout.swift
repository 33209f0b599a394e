/// Dropout as specs and inference have it: nothing is dropped.
public struct Dropout: Operator {
    public static let name = "dropout"
    public static let documentation = OperatorDocumentation(
        summary: "Drops numbers at random in training, and passes them on otherwise.",
        details: """
            In a training graph each number is set to zero with the probability `rate` and divided by `1 − rate` \
            otherwise: Srivastava et al. (2014). Everywhere else `y = x`.
            """,
        operands: [.init("x", "f32[N, ...]")],
        attributes: [.init("rate", "the probability that a number is dropped, from 0 to 0.99")],
        results: [.init("y", "f32 of the same shape")],
        constraints: RandomOperator.constraints + [.init("C3", "`rate` is from 0 to 0.99")],
        example: "drop1 = dropout(flat, rate: 0.5)")

    public var rate: Double
    public init(rate: Double) { self.rate = rate }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        rate = try attributes.number("rate", in: RandomOperator.rates)
    }
    public var attributes: [Attribute] { [Attribute("rate", .number(rate))] }

    public var inferenceForm: InferenceForm { .operand }
    public func trainingForm(stream: Int) -> TrainingForm { .random(DropoutTraining(rate: rate, stream: stream)) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try RandomOperator.checkRate(rate)
        return [try RandomOperator.infer(operands, Self.name)]
    }

    public var expression: Expression? { .operand(0) }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [context.needed[0] ? context.resultGradients[0] : nil]
    }
}

/// Dropout as training graphs have it.
package struct DropoutTraining: Operator {
    public static let name = "dropout_training"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Sets numbers to zero at random.",
        details: """
            `y = x / (1 − rate)` where a uniform random number is not below `rate`, else zero. The random number is a \
            pure function of seed, step, sample, element and `stream`; so the gradient is the same operator on `dy`.
            """,
        operands: [.init("x", "f32[N, ...]")],
        attributes: [
            .init("rate", "the probability that a number is dropped, from 0 to 0.99"),
            .init("stream", "which sequence of random numbers; another one for each dropout of a graph"),
        ],
        results: [.init("y", "f32 of the same shape")],
        constraints: RandomOperator.constraints + [
            .init("C3", "`rate` is from 0 to 0.99"), .init("C4", "`stream` is a number of 31 bits"),
        ],
        example: "drop1 = dropout_training(flat, rate: 0.5, stream: 1)")

    public var rate: Double
    public var stream: Int

    public init(rate: Double, stream: Int) {
        self.rate = rate
        self.stream = stream
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        rate = try attributes.number("rate", in: RandomOperator.rates)
        stream = try attributes.integer("stream", in: RandomOperator.streams)
    }
    public var attributes: [Attribute] { [Attribute("rate", .number(rate)), Attribute("stream", .integer(stream))] }

    public func unchangedOperands(_ constants: [Elements?]) -> [Int] { rate == 0 ? [0] : [] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try RandomOperator.checkRate(rate)
        try RandomOperator.checkStream(stream)
        return [try RandomOperator.infer(operands, Self.name)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(self, [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let random = RandomElements(context: context, stream: stream)
        // The rate as the fast kernel has it, so that both drop the same elements.
        let rate = Double(Float(rate))
        return [
            random.map(operands[0]) { x, sample, element in
                random.uniform(sample: sample, element: element) < rate ? 0 : x / (1 - rate)
            }
        ]
    }
}

/// What the operators share that behave differently in training.
enum RandomOperator {
    static let rates = 0.0...0.99
    static let streams = 0...Int(Int32.max)
    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "one operand of element type f32"),
        .init("C2", "the first dimension is a batch symbol, and all others are numbers"),
    ]

    static func infer(_ operands: [TensorType], _ name: String) throws(ConstraintViolation) -> InferredType {
        let result = try elementwiseType(operands, count: 1, of: name)
        guard result.type.isBatched, result.type.sampleShape != nil else {
            throw ConstraintViolation(
                "C2", "\(name) draws for each sample of a batch, but its operand is \(operands[0])",
                remedy: "give it a value f32[N, ...]", at: .operand(0))
        }
        return result
    }

    static func checkRate(_ rate: Double) throws(ConstraintViolation) {
        guard !rates.contains(rate) else { return }
        throw ConstraintViolation(
            "C3", "a rate of \(rate) is not from 0 to 0.99", remedy: "give the probability that a number is dropped",
            at: .attribute("rate"))
    }

    static func checkStream(_ stream: Int) throws(ConstraintViolation) {
        guard !streams.contains(stream) else { return }
        throw ConstraintViolation(
            "C4", "\(stream) is no number of a stream", remedy: "give one from 0 to \(streams.upperBound)",
            at: .attribute("stream"))
    }
}
