/// The maximum of each window of volumes.
public struct MaxPool3D: CompositeOperator {
    public static let name = "max_pool3d"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the maximum of each window of volumes.",
        details: "As max_pool2d, with layers before rows and columns. Where several numbers are the maximum, the gradient goes to one of them.",
        operands: [.init("x", "f32[N, C, D, H, W]")],
        attributes: SpatialPool.attributeDocumentation,
        results: [.init("y", "f32[N, C, windows...]")],
        constraints: SpatialPool.constraints,
        example: "pool1 = max_pool3d(conv1, window: [2, 2, 2])")

    var pool: SpatialPool

    /// - Parameter stride: as the window where it is left out.
    public init(window: [Int], stride: [Int]? = nil, padding: [Int]? = nil, ceil: Bool = false) {
        var spatial = SpatialWindow(size: window, stride: stride ?? window, before: padding)
        spatial.ceils = ceil
        pool = SpatialPool(.maximum, window: spatial)
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        pool = try SpatialPool(.maximum, &attributes, rank: 3)
    }
    public var attributes: [Attribute] { pool.attributes }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) { try pool.check(operands, Self.name, rank: 3...3) }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        [try pool.compose(&composer, operands[0])]
    }
}
