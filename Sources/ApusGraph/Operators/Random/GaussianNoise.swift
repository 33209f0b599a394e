/// Noise on an input, as training graphs have it.
package struct GaussianNoise: Operator {
    public static let name = "gaussian_noise"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Adds normally distributed noise.",
        details: """
            `y = x + amount · normal`. The random number is a pure function of seed, step, sample, element and `stream`. \
            The gradient passes through unchanged.
            """,
        operands: [.init("x", "f32[N, ...]")],
        attributes: [
            .init("amount", "the standard deviation of the noise, from 0 to 1000"),
            .init("stream", "which sequence of random numbers"),
        ],
        results: [.init("y", "f32 of the same shape")],
        constraints: RandomOperator.constraints + [
            .init("C3", "`amount` is from 0 to 1000"), .init("C4", "`stream` is a number of 31 bits"),
        ],
        example: "noisy = gaussian_noise(image, amount: 0.1, stream: 0)")

    static let amounts = 0.0...1000.0

    public var amount: Double
    public var stream: Int

    public init(amount: Double, stream: Int) {
        self.amount = amount
        self.stream = stream
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        amount = try attributes.number("amount", in: Self.amounts)
        stream = try attributes.integer("stream", in: RandomOperator.streams)
    }
    public var attributes: [Attribute] {
        [Attribute("amount", .number(amount)), Attribute("stream", .integer(stream))]
    }

    public var inferenceForm: InferenceForm { .operand }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard Self.amounts.contains(amount) else {
            throw ConstraintViolation(
                "C3", "an amount of \(amount) is not from 0 to 1000", remedy: "give the noise's standard deviation",
                at: .attribute("amount"))
        }
        try RandomOperator.checkStream(stream)
        return [try RandomOperator.infer(operands, Self.name)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [context.needed[0] ? context.resultGradients[0] : nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let random = RandomElements(context: context, stream: stream)
        return [
            random.map(operands[0]) { x, sample, element in
                x + amount * random.normal(sample: sample, element: element)
            }
        ]
    }
}
