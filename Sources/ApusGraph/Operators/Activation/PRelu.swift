/// The rectifier whose slope below zero is trained.
public struct PRelu: ElementwiseOperator {
    public static let name = "prelu"
    public static let documentation = OperatorDocumentation(
        summary: "Scales down what is below zero by a trained factor.",
        details: "`y = x` where `x > 0`, else `slope · x`: He et al. (2015), section 2.1. The slope starts at 0.25.",
        operands: [
            .init("x", "of a floating-point type, any shape"),
            .init(
                "slope",
                "of the same type and of a shape that can be broadcast to that of x; trained, one for each channel"),
        ],
        results: [.init("y", "of the type and shape of x")],
        constraints: elementwiseConstraints + [.init("C3", "the slope is broadcast to x, not x to the slope")],
        example: "act1 = prelu(conv1)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .select(.operand(0) > 0, .operand(0), .operand(1) * .operand(0)) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let all = operands.count == 1 ? operands + implicitParameters(operands).map(\.type) : operands
        let result = try inferElementwise(all)
        guard result[0].type == all[0] else {
            throw ConstraintViolation(
                "C3", "the slope \(all[1]) would make \(result[0].type) of \(all[0])",
                remedy: "give a slope of the shape of x, or with dimensions that are 1 or missing", at: .operand(1))
        }
        return result
    }

    /// One number for each channel, the second dimension where there are two or more; one for all where that has a symbol.
    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let x = operands[0]
        var shape: [Int] = []
        if x.rank >= 2, let channels = x.dimensions[1].number {
            shape = [channels] + Array(repeating: 1, count: x.rank - 2)
        }
        return [ImplicitParameter("slope", TensorType(x.elementType, shape: shape), initializer: .constant(0.25))]
    }
}
