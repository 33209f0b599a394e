/// A dense layer along the last dimension of a value of any rank.
public struct Linear: CompositeOperator {
    public static let name = "linear"
    public static let documentation = OperatorDocumentation(
        summary: "Multiplies each row along the last dimension by a trained matrix.",
        details: """
            `y[..., o] = bias[o] + Σ_c weight[o, c] · x[..., c]`: dense on the rows of x, whatever its rank. It stands for \
            a reshape to rows, dense, and a reshape back.
            """,
        operands: [
            .init("x", "f32[..., F], of rank 2 or more"), .init("weight", "f32[units, F]; trained"),
            .init("bias", "f32[units]; trained; only where `bias` is true"),
        ],
        attributes: [
            .init("units", "numbers of a result's row"), .init("bias", "whether a number is added for each unit; true"),
        ],
        results: [.init("y", "f32[..., units]")],
        constraints: [
            .init("C1", "x, and optionally a weight, and optionally a bias where `bias` is true"),
            .init("C2", "x is f32[..., F] with at least two dimensions; F is a number"),
            .init("C3", "`units` is at least 1"),
            .init("C4", "weight is f32[units, F]"), .init("C5", "bias is f32[units]"),
        ],
        example: "query = linear(tokens, units: 64)")

    public var units: Int
    public var bias: Bool

    public init(units: Int, bias: Bool = true) {
        self.units = units
        self.bias = bias
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        units = try attributes.integer("units", in: AttributeRange.channels)
        bias = try attributes.boolean("bias", default: true)
    }
    public var attributes: [Attribute] {
        [Attribute("units", .integer(units))] + (bias ? [] : [Attribute("bias", .boolean(false))])
    }

    private var dense: Dense { Dense(units: units, bias: bias) }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...(bias ? 3 : 2), bias ? "x, a weight and a bias" : "x and a weight")
        let x = operands[0]
        guard x.elementType == .f32, x.rank >= 2, let features = x.dimensions.last?.number else {
            throw ConstraintViolation(
                "C2", "linear works on rows f32[..., features], not on \(x)",
                remedy: "give it an f32 value of two dimensions or more", at: .operand(0))
        }
        guard units >= 1 else {
            throw ConstraintViolation(
                "C3", "linear can't have \(units) units", remedy: "give it 1 or more", at: .attribute("units"))
        }
        if operands.count > 1 { try checks.match("C4", 1, dense.weightType(features: features), "the weight") }
        if operands.count > 2 { try checks.match("C5", 2, dense.biasType, "the bias") }
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        dense.implicitParameters([TensorType(.f32, Array(operands[0].dimensions.suffix(2)))])
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let dimensions = composer.type(of: operands[0]).dimensions
        let weights = Array(operands.dropFirst())
        if dimensions.count == 2 { return [try composer.emit(dense, operands)] }
        let rows = dimensions.dropLast().reduce(.fixed(1), *)
        let matrix = try composer.emit(
            Reshape(whole: [rows, dimensions[dimensions.count - 1]]), operands[0])
        let products = try composer.emit(dense, [matrix] + weights)
        return [try composer.emit(Reshape(whole: dimensions.dropLast() + [.fixed(units)]), products)]
    }
}
