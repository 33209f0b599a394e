/// Each channel of a sample brought to mean 0 and variance 1, then scaled.
public struct InstanceNorm: CompositeOperator {
    public static let name = "instance_norm"
    public static let documentation = OperatorDocumentation(
        summary: "Normalizes each channel of each sample, and scales it.",
        details: """
            `y = (x − mean) / sqrt(variance + epsilon) · scale + bias`, with mean and (biased) variance of each channel in each \
            sample: Ulyanov, Vedaldi and Lempitsky (2016), section 2. It is group_norm with as many groups as channels.
            """,
        operands: GroupNorm.documentation.operands,
        attributes: [.init("epsilon", "added to the variance; 1e-5")],
        results: GroupNorm.documentation.results,
        constraints: Array(GroupNorm.documentation.constraints.prefix(4)),
        example: "norm1 = instance_norm(conv1)")

    public var epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] { ChannelNormalization.attribute(epsilon) }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        guard let x = operands.first else { return [] }
        return groupNorm(x).implicitParameters(operands)
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try OperandChecks(name, operands).count("C1", 1...3, "x, a scale and a bias")
        try groupNorm(operands[0]).check(operands)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        [try composer.emit(groupNorm(composer.type(of: operands[0])), operands)]
    }

    private func groupNorm(_ x: TensorType) -> GroupNorm {
        GroupNorm(groups: x.rank >= 2 ? x.dimensions[1].number ?? 1 : 1, epsilon: epsilon)
    }
}
