/// Attention between trained projections of tokens.
public struct MultiHeadAttention: CompositeOperator {
    public static let name = "multi_head_attention"
    public static let documentation = OperatorDocumentation(
        summary: "Attends with trained projections of query, key, value and result.",
        details: """
            `linear(attention(linear(query), linear(key), linear(value)))`: Vaswani et al., "Attention Is All You Need" (2017), \
            section 3.2.2. Without `cross` query, key and value are projected from one operand: self-attention. The first rows \
            of a query's weight belong to the first head.
            """,
        operands: [
            .init("query", "f32[N, T, E]"), .init("key", "f32[N, S, K]; only with `cross`"),
            .init("value", "f32[N, S, V]; only with `cross`"),
            .init("mask", "f32 or bool, as attention takes it; only with `mask`"),
            .init("lengths", "i32[N], how many keys count; may be left out"),
            .init("query.weight", "f32[E, E]; trained"),
            .init("key.weight", "f32[key_heads · E / heads, K]; trained"),
            .init("value.weight", "f32[key_heads · E / heads, V]; trained"),
            .init("output.weight", "f32[E, E]; trained"),
            .init("query.bias", "f32[E]; trained; as the following, only where `bias` is true"),
            .init("key.bias", "f32[key_heads · E / heads]; trained"),
            .init("value.bias", "f32[key_heads · E / heads]; trained"), .init("output.bias", "f32[E]; trained"),
        ],
        attributes: AttentionLayout.attributes + [
            .init("cross", "whether key and value are operands; false"),
            .init("mask", "whether a mask is an operand; false"),
            .init("bias", "whether the projections add a number for each unit; true"),
        ],
        results: [.init("y", "f32[N, T, E]")],
        constraints: [
            .init("C1", "as many operands as listed"),
            .init("C2", "query, key and value are f32 of three dimensions, numbers but for the first, which is the same"),
            .init("C3", "`key_heads` divides `heads`, which divides E"),
            .init("C4", "key and value have as many rows"),
            .init("C5", "the mask is f32 or bool of at most four dimensions, and can be broadcast to [N, heads, T, S]"),
            .init("C6", "lengths are i32[N]"), .init("C7", "weights and biases have the types above"),
        ],
        example: "y = multi_head_attention(tokens, heads: 8, causal: true)")

    var layout: AttentionLayout
    /// Whether key and value are operands.
    public var isCross: Bool
    /// Whether a mask is an operand.
    public var isMasked: Bool
    public var bias: Bool

    /// - Parameters:
    ///   - keyHeads: heads of key and value; as many as of the query where it is nil.
    ///   - scale: 1 / sqrt(size of a head) where it is nil.
    ///   - causalOffset: where it is given, query `i` sees only the keys up to `i + causalOffset`.
    public init(
        heads: Int, keyHeads: Int? = nil, scale: Double? = nil, causalOffset: Int? = nil, isCross: Bool = false,
        isMasked: Bool = false, bias: Bool = true
    ) {
        layout = AttentionLayout(heads: heads, keyHeads: keyHeads, scale: scale, causalOffset: causalOffset)
        self.isCross = isCross
        self.isMasked = isMasked
        self.bias = bias
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        layout = try AttentionLayout(&attributes)
        isCross = try attributes.boolean("cross", default: false)
        isMasked = try attributes.boolean("mask", default: false)
        bias = try attributes.boolean("bias", default: true)
    }
    public var attributes: [Attribute] {
        layout.attributes + (isCross ? [Attribute("cross", .boolean(true))] : [])
            + (isMasked ? [Attribute("mask", .boolean(true))] : [])
            + (bias ? [] : [Attribute("bias", .boolean(false))])
    }

    /// Operands before the lengths.
    private var given: Int { (isCross ? 3 : 1) + (isMasked ? 1 : 0) }

    /// Operands before the parameters.
    private func leading(_ operands: [TensorType]) -> Int {
        operands.count > given && operands[given].elementType == .i32 ? given + 1 : given
    }

    private func tokens(_ operands: [TensorType]) -> [TensorType] {
        isCross ? Array(operands.prefix(3)) : Array(repeating: operands[0], count: 3)
    }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let checks = OperandChecks(Self.name, operands)
        guard operands.count >= given, operands.count <= leading(operands) + (bias ? 8 : 4) else {
            throw ConstraintViolation(
                "C1",
                "\(Self.name) takes \(isCross ? "query, key and value" : "a query")\(isMasked ? " and a mask" : ""), "
                    + "and perhaps lengths and \(bias ? 8 : 4) parameters, not \(operands.count) operands",
                remedy: "give it these")
        }
        let tokens = tokens(operands)
        for (index, type) in tokens.enumerated() {
            guard type.elementType == .f32, type.rank == 3, type.dimensions[0] == tokens[0].dimensions[0],
                TensorType(.f32, Array(type.dimensions.dropFirst())).shape != nil
            else {
                throw ConstraintViolation(
                    "C2", "\(Self.name) works on tokens f32[N, rows, width], not on \(type)",
                    remedy: "give f32 of three dimensions, numbers but for the batch of all", at: .operand(index))
            }
        }
        let width = tokens[0].dimensions[2].number ?? 0
        guard layout.heads >= 1, layout.keyHeads >= 1, layout.heads % layout.keyHeads == 0, width % layout.heads == 0
        else {
            throw ConstraintViolation(
                "C3", "\(width) numbers can't be \(layout.heads) heads that share \(layout.keyHeads) key heads",
                remedy: "make 'heads' a divisor of \(width), and 'key_heads' one of 'heads'", at: .attribute("heads"))
        }
        guard tokens[1].dimensions[1] == tokens[2].dimensions[1] else {
            throw ConstraintViolation(
                "C4", "\(Self.name) has \(tokens[1].dimensions[1]) keys and \(tokens[2].dimensions[1]) values",
                remedy: "give as many of both", at: .operand(2))
        }
        do {
            try Attention(layout).check(projected(tokens) + operands[(isCross ? 3 : 1)..<leading(operands)])
        } catch {
            throw error.relabelled(error.label == "C7" ? "C6" : "C5")
        }
        for (index, parameter) in zip((leading(operands)...), implicitParameters(operands)) where index < operands.count {
            try checks.match("C7", index, parameter.type, "the \(parameter.suffix)")
        }
    }

    /// Numbers of a projected key's row, and of a value's.
    private func keyWidth(_ width: Int) -> Int { width / max(layout.heads, 1) * layout.keyHeads }

    private func projected(_ tokens: [TensorType]) -> [TensorType] {
        let width = tokens[0].dimensions[2].number ?? 0
        return zip(tokens, [width, keyWidth(width), keyWidth(width)]).map { type, units in
            TensorType(.f32, [type.dimensions[0], type.dimensions[1], .fixed(units)])
        }
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let widths = tokens(operands).map { $0.dimensions.last?.number ?? 1 }
        let keys = keyWidth(widths[0])
        let sizes = [
            ("query", widths[0], widths[0]), ("key", keys, widths[1]), ("value", keys, widths[2]),
            ("output", widths[0], widths[0]),
        ]
        let weights = sizes.map { name, units, features in
            ImplicitParameter(
                "\(name).weight", TensorType(.f32, shape: [units, features]),
                initializer: .glorotUniform(fanIn: features, fanOut: units))
        }
        let biases = sizes.map { name, units, _ in
            ImplicitParameter("\(name).bias", TensorType(.f32, shape: [units]), initializer: .constant(0))
        }
        return weights + (bias ? biases : [])
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let types = operands.map { composer.type(of: $0) }
        let (first, bias) = (leading(types), bias)
        func project(
            _ value: ValueID, _ number: Int, _ composer: inout Composer
        ) throws(GraphError) -> ValueID {
            let weight = operands[first + number]
            return try composer.emit(
                Linear(units: composer.type(of: weight).dimensions[0].number ?? 0, bias: bias),
                [value, weight] + (bias ? [operands[first + 4 + number]] : []))
        }
        let query = try project(operands[0], 0, &composer)
        let key = try project(operands[isCross ? 1 : 0], 1, &composer)
        let value = try project(operands[isCross ? 2 : 0], 2, &composer)
        let y = try composer.emit(
            Attention(layout), [query, key, value] + operands[(isCross ? 3 : 1)..<first])
        return [try project(y, 3, &composer)]
    }
}
