/// Blocks of pixels as channels.
public struct SpaceToDepth: CompositeOperator {
    public static let name = "space_to_depth"
    public static let documentation = OperatorDocumentation(
        summary: "Makes groups of channels of blocks of pixels.",
        details: "What `depth_to_space` of the same block and mode turns back.",
        operands: [.init("x", "any type, [N, C, H, W]")],
        attributes: [.init("block", "rows and columns of a block"), .init("mode", "depth or column; depth")],
        results: [.init("y", "[N, C · block², H / block, W / block]")],
        constraints: [
            .init("C1", "one operand of four dimensions"), .init("C2", "height and width are multiples of `block`"),
        ],
        example: "small = space_to_depth(image, block: 2)")

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
        for dimension in dimensions[2...] where dimension.quotient(by: .fixed(block)) == nil {
            throw ConstraintViolation(
                "C2", "\(dimension) pixels of \(operands[0]) can't be split into blocks of \(block)",
                remedy: "use multiples of \(block)", at: .attribute("block"))
        }
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let x = composer.type(of: operands[0]).dimensions
        let size = Dimension.fixed(block)
        let (rows, columns) = (x[2].quotient(by: size) ?? 1, x[3].quotient(by: size) ?? 1)
        let order = mode == .depth ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
        let parts = try composer.emit(Reshape(whole: [x[0], x[1], rows, size, columns, size]), operands[0])
        let turned = try composer.emit(Transpose(permutation: order), parts)
        return [try composer.emit(Reshape(whole: [x[0], x[1] * size * size, rows, columns]), turned)]
    }
}
