import Apus

/// A smooth rectifier without exponentials.
struct Squareplus: ElementwiseOperator {
    static let name = "squareplus"
    static let documentation = OperatorDocumentation(
        summary: "Smooths the corner of relu by a square root.",
        details: "`y = (x + √(x² + b)) / 2`: Barron (2021), equation 1.",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("b", "how wide the corner is; 4")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: [.init("C1", "one operand of a floating-point element type")],
        example: "act1 = squareplus(conv1, b: 1)")

    static let elementTypes = ElementTypeRule.floatingPoint

    var b: Double

    init(b: Double = 4) {
        self.b = b
    }
    init(attributes: inout AttributeReader) throws(AttributeError) {
        b = try attributes.number("b", in: 0...1e9, default: 4)
    }
    var attributes: [Attribute] { b == 4 ? [] : [Attribute("b", .number(b))] }

    var formula: Expression {
        0.5 * (.operand(0) + .squareRoot(.operand(0) * .operand(0) + .constant(b)))
    }
}

/// Rows without their mean.
struct CenterRows: CompositeOperator {
    static let name = "center_rows"
    static let documentation = OperatorDocumentation(
        summary: "Subtracts its mean from each row.",
        operands: [.init("x", "of a floating-point type, at least two dimensions")],
        results: [.init("y", "of the type and shape of x")],
        constraints: [.init("C1", "one operand of a floating-point element type, with at least two dimensions")],
        example: "centered = center_rows(x)")

    init() {}
    init(attributes: inout AttributeReader) throws(AttributeError) {}

    func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        guard operands.count == 1, operands[0].elementType.isFloatingPoint, operands[0].rank >= 2 else {
            throw ConstraintViolation(
                "C1", "center_rows can't work on \(operands.map(\.description).joined(separator: " and "))",
                remedy: "give it one value of a floating-point type with at least two dimensions")
        }
    }

    func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let mean = try composer.emit(ReduceMean(axes: [-1], keep: true), operands)
        return [try composer.emit(Subtract(), operands[0], mean)]
    }
}

/// A network with both of them.
func makeSmoothNetwork() throws -> Graph {
    try GraphBuilder.build("smooth") { net in
        let x = net.input("x", ["N", 8])
        let hidden = net.dense(net.call(CenterRows(), x), units: 16, name: "hidden")
        net.output(net.dense(net.call(Squareplus(b: 1), hidden), units: 1, name: "out"), named: "y")
    }
}
