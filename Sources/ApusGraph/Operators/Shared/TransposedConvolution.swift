/// What the transposed convolutions share.
struct TransposedConvolution: Sendable, Equatable {
    var filters: Int
    var groups: Int
    var bias: Bool
    var outputPadding: [Int]
    var window: SpatialWindow

    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "x, and optionally a weight, and optionally a bias where `bias` is true"),
        .init("C2", "x has batch and channels first, and numbers for all dimensions but the batch"),
        .init("C3", "`groups` divides `filters` and the channels of x"),
        .init("C4", "the padding leaves something of the output, and `output_padding` is smaller than the stride"),
        .init("C5", "weight is f32[C, filters / groups, kernel...]"), .init("C6", "bias is f32[filters]"),
        .init(
            "C7", "kernel, stride, dilation and both paddings have a number for each dimension; `filters` is at least 1"),
    ]

    init(filters: Int, groups: Int, bias: Bool, outputPadding: [Int], window: SpatialWindow) {
        self.filters = filters
        self.groups = groups
        self.bias = bias
        self.outputPadding = outputPadding
        self.window = window
    }

    init(_ attributes: inout AttributeReader, rank: Int) throws(AttributeError) {
        filters = try attributes.integer("filters", in: AttributeRange.channels)
        window = try SpatialWindow(&attributes, rank: rank, word: "kernel")
        outputPadding = try attributes.integers(
            "output_padding", count: rank, in: AttributeRange.margin, default: Array(repeating: 0, count: rank))
        groups = try attributes.integer("groups", in: AttributeRange.channels, default: 1)
        bias = try attributes.boolean("bias", default: true)
    }

    var attributes: [Attribute] {
        [Attribute("filters", .integer(filters))] + window.attributes(word: "kernel")
            + (outputPadding.allSatisfy { $0 == 0 } ? [] : [Attribute("output_padding", .integers(outputPadding))])
            + (groups == 1 ? [] : [Attribute("groups", .integer(groups))])
            + (bias ? [] : [Attribute("bias", .boolean(false))])
    }

    /// The size of the output along a dimension.
    func output(_ axis: Int, input: Int) -> Int {
        (input - 1) * window.stride[axis] + window.span(axis) - window.before[axis] - window.after[axis]
            + outputPadding[axis]
    }

    func weightType(channels: Int) -> TensorType { TensorType(.f32, shape: [channels, filters / groups] + window.size) }

    func check(_ operands: [TensorType], _ name: String, rank: Int) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1...(bias ? 3 : 2), bias ? "x, a weight and a bias" : "x and a weight")
        try window.check(name, rank: rank...rank, wellFormed: "C7")
        try checks.filters("C7", filters)
        guard outputPadding.count == rank, outputPadding.allSatisfy(AttributeRange.margin.contains) else {
            throw ConstraintViolation(
                "C7", "\(name) can't have an output padding of \(outputPadding)",
                remedy: "give a number for each dimension, none negative", at: .attribute("output_padding"))
        }
        let x = operands[0]
        guard x.elementType == .f32, x.rank == window.rank + 2,
            let shape = TensorType(.f32, Array(x.dimensions.dropFirst())).shape
        else {
            throw ConstraintViolation(
                "C2",
                "\(name) works on f32 values of \(window.rank + 2) dimensions, batch and channels first, not on \(x)",
                remedy: "give it such a value, with numbers for all dimensions but the first", at: .operand(0))
        }
        guard groups >= 1, filters % groups == 0, shape[0] % groups == 0 else {
            throw ConstraintViolation(
                "C3", "the \(shape[0]) channels of \(x) and \(filters) filters can't be split into \(groups) groups",
                remedy: "make 'groups' a divisor of both", at: .attribute("groups"))
        }
        for axis in 0..<window.rank {
            guard output(axis, input: shape[axis + 1]) >= 1, outputPadding[axis] < window.stride[axis] else {
                throw ConstraintViolation(
                    "C4",
                    "\(name) makes \(output(axis, input: shape[axis + 1])) places of the \(shape[axis + 1]) along dimension "
                        + "\(axis + 2), with an output padding of \(outputPadding[axis]) and a stride of \(window.stride[axis])",
                    remedy: "pad less, or make 'output_padding' smaller than the stride", at: .attribute("padding"))
            }
        }
        if operands.count > 1 { try checks.match("C5", 1, weightType(channels: shape[0]), "the weight") }
        if operands.count > 2 { try checks.match("C6", 2, TensorType(.f32, shape: [filters]), "the bias") }
    }

    func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let channels = operands[0].dimensions[1].number ?? 1
        let area = window.size.reduce(1, *)
        let list = [
            ImplicitParameter(
                "weight", weightType(channels: channels),
                initializer: .glorotUniform(fanIn: channels / groups * area, fanOut: filters / groups * area)),
            ImplicitParameter("bias", TensorType(.f32, shape: [filters]), initializer: .constant(0)),
        ]
        return bias ? list : [list[0]]
    }
}

extension Composer {
    /// Adds a number to each channel, where there is a bias. `rank` counts the dimensions behind the channels.
    mutating func addBias(_ sums: ValueID, _ bias: ValueID?, rank: Int) throws(GraphError) -> ValueID {
        guard let bias else { return sums }
        let column = try emit(Unsqueeze(axes: Array(1...rank)), bias)
        return try emit(Add(), sums, column)
    }
}
