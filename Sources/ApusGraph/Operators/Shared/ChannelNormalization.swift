/// What the operators of batch norm share.
enum ChannelNormalization {
    /// What an epsilon may be: any that single precision holds with all its digits. A smaller one may count as 0 there.
    static let epsilons = Double(Float.leastNormalMagnitude)...Double(Float.greatestFiniteMagnitude)

    static func epsilon(_ attributes: inout AttributeReader) throws(AttributeError) -> Double {
        try attributes.number("epsilon", in: epsilons, default: 1e-5)
    }

    /// Checks an epsilon: C3.
    static func check(_ epsilon: Double) throws(ConstraintViolation) {
        guard !epsilons.contains(epsilon) else { return }
        throw ConstraintViolation(
            "C3",
            epsilon > epsilons.upperBound
                ? "an epsilon of \(epsilon) is more than f32 holds" : "an epsilon of \(epsilon) can divide by zero",
            remedy: "give one from \(epsilons.lowerBound) on, 1e-5 for instance", at: .attribute("epsilon"))
    }

    static func attribute(_ epsilon: Double) -> [Attribute] {
        epsilon == 1e-5 ? [] : [Attribute("epsilon", .number(epsilon))]
    }

    /// `f32[C]` for an x of `[N, C, ...]`.
    static func vector(_ x: TensorType) -> TensorType { TensorType(.f32, [x.dimensions[1]]) }

    /// Checks x (C2), epsilon (C3), and that those operands `vectors` that are there are f32[C] (C4). Returns x's type.
    static func check(
        _ operands: [TensorType], _ name: String, epsilon: Double, vectors: ClosedRange<Int>
    ) throws(ConstraintViolation) -> TensorType {
        let x = operands[0]
        guard x.elementType == .f32, let shape = TensorType(.f32, Array(x.dimensions.dropFirst())).shape, !shape.isEmpty
        else {
            throw ConstraintViolation(
                "C2", "\(name) works on f32[N, channels, ...], not on \(x)",
                remedy: "give it channels after the batch, and numbers for all dimensions but the first",
                at: .operand(0))
        }
        try check(epsilon)
        let checks = OperandChecks(name, operands)
        for index in vectors where index < operands.count {
            try checks.match("C4", index, vector(x), "operand \(index + 1)")
        }
        return x
    }

    /// Calls `body` with the offset and channel of each element of `[N, C, ...]`.
    static func forEachElement(of x: Tensor, _ body: (_ index: Int, _ channel: Int) -> Void) {
        let image = x.shape.dropFirst(2).reduce(1, *)
        for index in x.elements.indices { body(index, index / image % x.shape[1]) }
    }

    static func apply(
        _ x: Tensor, _ scale: Tensor, _ bias: Tensor, _ mean: Tensor, _ variance: Tensor, epsilon: Double
    ) -> Tensor {
        var y = x
        forEachElement(of: x) { index, channel in
            let deviation = (variance.elements[channel] + epsilon).squareRoot()
            y.elements[index] =
                (x.elements[index] - mean.elements[channel]) / deviation * scale.elements[channel]
                + bias.elements[channel]
        }
        return y
    }
}
