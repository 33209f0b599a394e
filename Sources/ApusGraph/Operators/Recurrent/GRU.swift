/// A layer of gated recurrent units.
public struct GRU: CompositeOperator {
    public static let name = "gru"
    public static let documentation = OperatorDocumentation(
        summary: "Goes through sequences with gated recurrent units.",
        details: """
            Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014): with `s = weight · x + bias`, \
            `z, r = σ(s + recurrent_weight · h)`, `h' = (1 − z) · n + z · h`, and \
            `n = tanh(s + r · (recurrent_weight · h + recurrent_bias))`, as in PyTorch, or without `linear_before_reset` \
            `n = tanh(s + recurrent_weight · (r · h))`. The recurrent bias is added to the products of all gates. The rows of the \
            weights are those of the gates in the order z, r, n, as in ONNX; PyTorch has r, z, n. \
            The rows of the weights are those of the first direction and then of the second. Steps beyond a sample's length give \
            zeros. Clipped sums have no gradient.
            """,
        operands: [
            .init("x", "f32[N, T, F]"),
            .init("initial h", "f32[N, directions, hidden]; only with `initial`"),
            .init("lengths", "i32[N], a sample's steps; may be left out"),
            .init("weight", "f32[directions × 3 × hidden, F]; trained"),
            .init("recurrent_weight", "f32[directions × 3 × hidden, hidden]; trained"),
            .init("bias", "f32[directions × 3 × hidden]; trained; only where `bias` is true"),
            .init("recurrent_bias", "as bias; only with `linear_before_reset`"),
        ],
        attributes: RecurrentLayer.attributes + [
            .init("linear_before_reset", "whether the reset gate multiplies what the weight gives, not the state; true")
        ],
        results: [
            .init("y", "f32[N, T, directions × hidden], the state after each step"),
            .init("h", "f32[N, directions, hidden], the state after a sample's last step"),
        ],
        constraints: RecurrentLayer.constraints,
        example: "y, h = gru(x, hidden: 64)")

    var layer: RecurrentLayer
    /// Whether the reset gate multiplies the product of weight and state, not the state.
    public var resetsAfter: Bool

    /// - Parameter resetsAfter: whether the reset gate multiplies the product of weight and state, not the state.
    public init(
        hidden: Int, direction: RecurrentDirection = .forward, resetsAfter: Bool = true, bias: Bool = true,
        isInitialized: Bool = false, isSequenceFirst: Bool = false, clip: Double = 0
    ) {
        layer = RecurrentLayer(
            hidden: hidden, direction: direction, bias: bias, isInitialized: isInitialized,
            isSequenceFirst: isSequenceFirst, clip: clip)
        self.resetsAfter = resetsAfter
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        layer = try RecurrentLayer(&attributes)
        resetsAfter = try attributes.boolean("linear_before_reset", default: true)
    }
    public var attributes: [Attribute] { layer.attributes
            + (resetsAfter ? [] : [Attribute("linear_before_reset", .boolean(false))]) }

    private var cell: RecurrentCell { resetsAfter ? .gruResetAfter : .gruResetBefore }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try layer.check(operands, Self.name, cell)
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        layer.implicitParameters(operands, cell)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        try layer.compose(&composer, operands, cell)
    }
}
