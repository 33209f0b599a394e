/// The mean of each window along one dimension.
public struct AveragePool1D: CompositeOperator {
    public static let name = "average_pool1d"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of each window along one dimension.",
        details: "As average_pool2d, for sequences.",
        operands: [.init("x", "f32[N, C, L]")],
        attributes: SpatialPool.attributeDocumentation + [
            .init("count_padding", "whether places in the padding count for the average, as zero; false")
        ],
        results: [.init("y", "f32[N, C, windows...]")],
        constraints: SpatialPool.constraints,
        example: "pool1 = average_pool1d(conv1, window: [2])")

    var pool: SpatialPool

    /// - Parameter stride: as the window where it is left out.
    public init(window: [Int], stride: [Int]? = nil, padding: [Int]? = nil, ceil: Bool = false, countPadding: Bool = false) {
        var spatial = SpatialWindow(size: window, stride: stride ?? window, before: padding)
        spatial.ceils = ceil
        pool = SpatialPool(.average, window: spatial, countPadding: countPadding)
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        pool = try SpatialPool(.average, &attributes, rank: 1)
    }
    public var attributes: [Attribute] { pool.attributes }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) { try pool.check(operands, Self.name, rank: 1...1) }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        [try pool.compose(&composer, operands[0])]
    }
}
