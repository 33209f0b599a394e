/// What the convolutions of one and three dimensions share.
struct SpatialConvolution: Sendable, Equatable {
    var filters: Int
    var groups: Int
    var bias: Bool
    var window: SpatialWindow

    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "x, and optionally a weight, and optionally a bias where `bias` is true"),
        .init("C2", "x has batch and channels first, and numbers for all dimensions but the batch"),
        .init("C3", "`groups` divides `filters` and the channels of x"),
        .init("C4", "the dilated kernel fits into what is padded"),
        .init("C5", "weight is f32[filters, C / groups, kernel...]"), .init("C6", "bias is f32[filters]"),
        .init("C7", "kernel, stride, dilation and padding have a number for each dimension; `filters` is at least 1"),
    ]

    init(filters: Int, groups: Int, bias: Bool, window: SpatialWindow) {
        self.filters = filters
        self.groups = groups
        self.bias = bias
        self.window = window
    }

    init(_ attributes: inout AttributeReader, rank: Int) throws(AttributeError) {
        filters = try attributes.integer("filters", in: AttributeRange.channels)
        window = try SpatialWindow(&attributes, rank: rank, word: "kernel")
        groups = try attributes.integer("groups", in: AttributeRange.channels, default: 1)
        bias = try attributes.boolean("bias", default: true)
    }

    var attributes: [Attribute] {
        [Attribute("filters", .integer(filters))] + window.attributes(word: "kernel")
            + (groups == 1 ? [] : [Attribute("groups", .integer(groups))])
            + (bias ? [] : [Attribute("bias", .boolean(false))])
    }

    func weightType(channels: Int) -> TensorType { TensorType(.f32, shape: [filters, channels / groups] + window.size) }

    func check(_ operands: [TensorType], _ name: String, rank: Int) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1...(bias ? 3 : 2), bias ? "x, a weight and a bias" : "x and a weight")
        try window.check(name, rank: rank...rank, wellFormed: "C7")
        try checks.filters("C7", filters)
        let (channels, _) = try window.check(operands[0], name, "kernel", label: "C2", fitLabel: "C4")
        guard groups >= 1, filters % groups == 0, channels % groups == 0 else {
            throw ConstraintViolation(
                "C3", "the \(channels) channels of \(operands[0]) and \(filters) filters can't be split into \(groups) groups",
                remedy: "make 'groups' a divisor of both", at: .attribute("groups"))
        }
        if operands.count > 1 { try checks.match("C5", 1, weightType(channels: channels), "the weight") }
        if operands.count > 2 { try checks.match("C6", 2, TensorType(.f32, shape: [filters]), "the bias") }
    }

    func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let weight = weightType(channels: operands[0].dimensions[1].number ?? 1)
        let area = window.size.reduce(1, *)
        let fanIn = (weight.dimensions[1].number ?? 1) * area
        let list = [
            ImplicitParameter(
                "weight", weight, initializer: .glorotUniform(fanIn: fanIn, fanOut: filters / groups * area)),
            ImplicitParameter("bias", TensorType(.f32, shape: [filters]), initializer: .constant(0)),
        ]
        return bias ? list : [list[0]]
    }
}

extension OperandChecks {
    func filters(_ label: String, _ filters: Int) throws(ConstraintViolation) {
        guard !AttributeRange.channels.contains(filters) else { return }
        throw ConstraintViolation(
            label, "\(name) can't have \(filters) filters", remedy: "give it 1 or more", at: .attribute("filters"))
    }
}
