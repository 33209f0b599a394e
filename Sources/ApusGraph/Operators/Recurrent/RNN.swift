/// A layer of simple recurrent units.
public struct RNN: CompositeOperator {
    public static let name = "rnn"
    public static let documentation = OperatorDocumentation(
        summary: "Goes through sequences with simple recurrent units.",
        details: """
            `h' = f(weight · x + bias + recurrent_weight · h)`, where f is the hyperbolic tangent or the rectifier: Elman, "Finding \
            Structure in Time" (1990). PyTorch's and ONNX's two biases are added. \
            The rows of the weights are those of the first direction and then of the second. Steps beyond a sample's length give \
            zeros. Clipped sums have no gradient.
            """,
        operands: [
            .init("x", "f32[N, T, F]"),
            .init("initial h", "f32[N, directions, hidden]; only with `initial`"),
            .init("lengths", "i32[N], a sample's steps; may be left out"),
            .init("weight", "f32[directions × hidden, F]; trained"),
            .init("recurrent_weight", "f32[directions × hidden, hidden]; trained"),
            .init("bias", "f32[directions × hidden]; trained; only where `bias` is true"),
        ],
        attributes: RecurrentLayer.attributes + [
            .init("activation", "tanh or relu; tanh")
        ],
        results: [
            .init("y", "f32[N, T, directions × hidden], the state after each step"),
            .init("h", "f32[N, directions, hidden], the state after a sample's last step"),
        ],
        constraints: RecurrentLayer.constraints,
        example: "y, h = rnn(x, hidden: 64, activation: relu)")

    var layer: RecurrentLayer
    /// Whether the rectifier takes the place of the hyperbolic tangent.
    public var usesRelu: Bool

    /// - Parameter usesRelu: whether the rectifier takes the place of the hyperbolic tangent.
    public init(
        hidden: Int, direction: RecurrentDirection = .forward, usesRelu: Bool = false, bias: Bool = true,
        isInitialized: Bool = false, isSequenceFirst: Bool = false, clip: Double = 0
    ) {
        layer = RecurrentLayer(
            hidden: hidden, direction: direction, bias: bias, isInitialized: isInitialized,
            isSequenceFirst: isSequenceFirst, clip: clip)
        self.usesRelu = usesRelu
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        layer = try RecurrentLayer(&attributes)
        usesRelu = try attributes.word("activation", of: ["tanh", "relu"], default: "tanh") == "relu"
    }
    public var attributes: [Attribute] { layer.attributes
            + (usesRelu ? [Attribute("activation", .word("relu"))] : []) }

    private var cell: RecurrentCell { usesRelu ? .relu : .tanh }

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
