/// The sum of two values.
public struct Add: BroadcastingOperator {
    public static let name = "add"
    public static let documentation = OperatorDocumentation(
        summary: "Adds two values, element by element.",
        details: "`z = x + y`, where dimensions that are 1 or missing are repeated. Integers wrap around.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "sum = add(conv2, shortcut)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var function: Expression.Binary { .add }

    public func unchangedOperands(_ constants: [Elements?]) -> [Int] { operands(besideNeutral: 0, constants) }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients: [ValueID?] = [nil, nil]
        guard let gradient = context.resultGradients[0] else { return gradients }
        for index in 0...1 where context.needed[index] {
            gradients[index] = try context.unbroadcast(gradient, operand: index)
        }
        return gradients
    }
}
