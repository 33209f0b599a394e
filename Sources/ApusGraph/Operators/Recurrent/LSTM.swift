/// A layer of long short-term memory.
public struct LSTM: CompositeOperator {
    public static let name = "lstm"
    public static let documentation = OperatorDocumentation(
        summary: "Goes through sequences with long short-term memory.",
        details: """
            Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997), with forget gates: with `s = weight · x + bias + \
            recurrent_weight · h`, `i, f, o = σ(s)`, `g = tanh(s)`, `c' = f · c + i · g`, `h' = o · tanh(c')`. The rows of the \
            weights are those of the gates in the order i, f, g, o, as in PyTorch (whose two biases are added); ONNX has i, o, f, g. \
            The rows of the weights are those of the first direction and then of the second. Steps beyond a sample's length give \
            zeros. Clipped sums have no gradient.
            """,
        operands: [
            .init("x", "f32[N, T, F]"),
            .init("initial h", "f32[N, directions, hidden]; only with `initial`"),
            .init("initial c", "as initial h"),
            .init("lengths", "i32[N], a sample's steps; may be left out"),
            .init("weight", "f32[directions × 4 × hidden, F]; trained"),
            .init("recurrent_weight", "f32[directions × 4 × hidden, hidden]; trained"),
            .init("bias", "f32[directions × 4 × hidden]; trained; only where `bias` is true"),
        ],
        attributes: RecurrentLayer.attributes,
        results: [
            .init("y", "f32[N, T, directions × hidden], the state after each step"),
            .init("h", "f32[N, directions, hidden], the state after a sample's last step"),
            .init("c", "f32[N, directions, hidden], the cell after it"),
        ],
        constraints: RecurrentLayer.constraints,
        example: "y, h, c = lstm(x, hidden: 64, direction: bidirectional)")

    var layer: RecurrentLayer

    public init(
        hidden: Int, direction: RecurrentDirection = .forward, bias: Bool = true,
        isInitialized: Bool = false, isSequenceFirst: Bool = false, clip: Double = 0
    ) {
        layer = RecurrentLayer(
            hidden: hidden, direction: direction, bias: bias, isInitialized: isInitialized,
            isSequenceFirst: isSequenceFirst, clip: clip)
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        layer = try RecurrentLayer(&attributes)
    }
    public var attributes: [Attribute] { layer.attributes }

    private var cell: RecurrentCell { .lstm }

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
