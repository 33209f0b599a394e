/// Channels spread out over blocks of pixels.
public struct DepthToSpace: CompositeOperator {
    public static let name = "depth_to_space"
    public static let documentation = OperatorDocumentation(
        summary: "Makes blocks of pixels of groups of channels.",
        details: """
            In mode depth, pixel `(i, j)` of a block of channel `c` is channel `(i · block + j) · C' + c` of x, where C' counts \
            the channels of y; in mode column it is channel `(c · block + i) · block + j`, as in pixel shuffling. Those are DCR \
            and CRD of the ONNX operator specification.
            """,
        operands: [.init("x", "any type, [N, C, H, W]")],
        attributes: [.init("block", "rows and columns of a block"), .init("mode", "depth or column; depth")],
        results: [.init("y", "[N, C / block², H · block, W · block]")],
        constraints: [
            .init("C1", "one operand of four dimensions"), .init("C2", "the channels are a multiple of block²"),
        ],
        example: "large = depth_to_space(features, block: 2)")

    public var block: Int
    public var mode: BlockMode

    public init(block: Int, mode: BlockMode = .depth) {
        self.block = block
        self.mode = mode
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        block = try attributes.integer("block", in: AttributeRange.block)
        mode = try BlockMode(&attributes)
    }
    public var attributes: [Attribute] { [Attribute("block", .integer(block))] + mode.attribute }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        let dimensions = try OperandChecks(Self.name, operands).fourDimensions("C1")
        guard dimensions[1].quotient(by: .fixed(block * block)) != nil else {
            throw ConstraintViolation(
                "C2",
                "the \(dimensions[1]) channels of \(operands[0]) can't be split into blocks of \(block) × \(block)",
                remedy: "use a multiple of \(block * block) channels", at: .attribute("block"))
        }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0]).dimensions
        let (size, channels) = (Dimension.fixed(block), x[1].quotient(by: .fixed(block * block)) ?? 1)
        let split =
            mode == .depth ? [x[0], size, size, channels, x[2], x[3]] : [x[0], channels, size, size, x[2], x[3]]
        let order = mode == .depth ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
        let parts = try composer.emit(Reshape(whole: split), operands[0])
        let turned = try composer.emit(Transpose(permutation: order), parts)
        return [try composer.emit(Reshape(whole: [x[0], channels, x[2] * size, x[3] * size]), turned)]
    }
}

/// Which of a channel's number and its place in a block counts first.
public enum BlockMode: String, Sendable, CaseIterable {
    /// The place, then the channel.
    case depth
    /// The channel, then the place.
    case column

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        let word = try attributes.word("mode", of: Self.allCases.map(\.rawValue), default: "depth")
        self = Self(rawValue: word) ?? .depth
    }

    var attribute: [Attribute] { self == .depth ? [] : [Attribute("mode", .word(rawValue))] }
}

extension AttributeRange {
    /// Rows and columns of a block.
    static let block = 1...4096
}

extension OperandChecks {
    /// The dimensions of the only operand, `[N, C, H, W]`.
    func fourDimensions(_ label: String) throws(ConstraintViolation) -> [Dimension] {
        try count(label, 1)
        guard operands[0].rank == 4 else {
            throw ConstraintViolation(
                label, "\(name) works on [N, channels, height, width], not on \(operands[0])",
                remedy: "give it a value of four dimensions", at: .operand(0))
        }
        return operands[0].dimensions
    }
}
