/// A dense layer on numbers, whose weights are codes with a scale for each block of inputs.
package struct BlockDense: Operator {
    public static let name = "block_dense"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "A dense layer whose weights are codes of few bits with scales of blocks.",
        details: """
            `y[n, o] = activation(bias[o] + Σ_b scale[o, b] · Σ_c code[o, c] · x[n, c])`, where `c` runs over the inputs of block \
            `b`: dense on what dequantize_linear makes of the codes.
            """,
        operands: [
            .init("x", "f32[N, F]"), .init("codes", "i8[units, F]"),
            .init("scales", "f32[units, ceil(F / block)]"), .init("bias", "f32[units]; only where `bias` is true"),
        ],
        attributes: [
            .init("units", "numbers of a result's row"), .init("bias", "whether a number is added for each unit; true"),
            .init("block", "inputs that have a scale in common; 32"),
            .init("activation", "none or relu; none"),
        ],
        results: [.init("y", "f32[N, units]")],
        constraints: [
            .init("C1", "x, codes and scales, and a bias where `bias` is true"),
            .init("C2", "x is f32[N, F]; F is a number"),
            .init("C3", "`units` is at least 1, and `block` a multiple of 32 or all inputs"),
            .init("C4", "the codes are i8[units, F]"), .init("C5", "the scales are f32[units, ceil(F / block)]"),
            .init("C6", "the bias is f32[units]"), .init("C7", "the activation is none or relu"),
        ],
        example: "act1 = block_dense(row, hidden.codes, hidden.scales, hidden.bias, units: 128, activation: relu)")

    /// Inputs that have a scale in common in the instruction.
    package static let smallestBlock = 32

    public var units: Int
    public var bias: Bool
    public var block: Int
    public var activation: FusedActivation

    package init(
        units: Int, bias: Bool = true, block: Int = BlockDense.smallestBlock, activation: FusedActivation = .none
    ) {
        self.units = units
        self.bias = bias
        self.block = block
        self.activation = activation
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        units = try attributes.integer("units", in: AttributeRange.channels)
        bias = try attributes.boolean("bias", default: true)
        block = try attributes.integer("block", in: AttributeRange.channels, default: Self.smallestBlock)
        activation = try FusedActivation(unclipped: &attributes)
    }
    public var attributes: [Attribute] {
        [Attribute("units", .integer(units))] + (bias ? [] : [Attribute("bias", .boolean(false))])
            + (block == Self.smallestBlock ? [] : [Attribute("block", .integer(block))]) + activation.attributes
    }

    /// Whether a block of so many inputs is made of whole ones of the instruction.
    package static func takes(block: Int, inputs: Int) -> Bool {
        block.isMultiple(of: smallestBlock) || block >= inputs
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        let count = bias ? 4 : 3
        try checks.count("C1", count...count, bias ? "x, codes, scales and a bias" : "x, codes and scales")
        let row = try checks.rows("C2")
        guard units >= 1, block >= 1, Self.takes(block: block, inputs: row.count) else {
            throw ConstraintViolation(
                "C3", "\(Self.name) can't have \(units) units with blocks of \(block) inputs",
                remedy: "give it 1 or more, and blocks of \(Self.smallestBlock)", at: .attribute("block"))
        }
        let blocks = (row.count + block - 1) / block
        try checks.match("C4", 1, TensorType(.i8, shape: [units, row.count]), "the value of the codes")
        try checks.match("C5", 2, TensorType(.f32, shape: [units, blocks]), "the value of the scales")
        if bias { try checks.match("C6", 3, TensorType(.f32, shape: [units]), "the bias") }
        if case .clip = activation {
            throw ConstraintViolation(
                "C7", "the results of \(Self.name) are not clipped on their way",
                remedy: "clip them by an operator of its own", at: .attribute("activation"))
        }
        return [InferredType(TensorType(.f32, [row.batch, .fixed(units)]), derivations: [nil, "units"])]
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        Cost(multiplyAdds: units * (operands[0].sampleElements ?? 0))
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let features = operands[0].shape[1]
        let blocks = operands[2].shape[1]
        let scales = operands[2].elements
        let weights = operands[1].elements.enumerated().map { place, code in
            code * scales[place / features * blocks + place % features / block]
        }
        let dense = Dense(units: units, bias: bias)
        var y = dense.evaluate(
            [operands[0], Tensor(shape: operands[1].shape, elements: weights)] + operands.dropFirst(3),
            results: results, context: context)[0]
        y.elements = y.elements.map(activation.apply)
        return [y]
    }
}
