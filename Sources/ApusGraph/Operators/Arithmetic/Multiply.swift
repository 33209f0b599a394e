/// The product of two values, element by element.
public struct Multiply: BroadcastingOperator {
    public static let name = "multiply"
    public static let documentation = OperatorDocumentation(
        summary: "Multiplies two values, element by element.",
        details: "`z = x · y`, where dimensions that are 1 or missing are repeated. Integers wrap around.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "gated = multiply(features, gate)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var function: Expression.Binary { .multiply }

    public func unchangedOperands(_ constants: [Elements?]) -> [Int] { operands(besideNeutral: 1, constants) }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients: [ValueID?] = [nil, nil]
        guard let gradient = context.resultGradients[0] else { return gradients }
        for index in 0...1 where context.needed[index] {
            let other = context.node.operands[1 - index]
            let product = try context.emit(Multiply(), [gradient, other], gradientOf: index)
            gradients[index] = try context.unbroadcast(product, operand: index)
        }
        return gradients
    }
}
