/// The mean of each window of a padded image, whose last windows may reach over the padding: average_pool2d with `ceil` and
/// `count_padding`.
package struct PaddedAveragePool2D: CompositeOperator {
    public static let name = "padded_average_pool2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Takes the mean of each window of a padded image, also of last windows that are partial.",
        details: """
            Places in the padding count as zeros, and those beyond it don't count. A last window that begins behind the image \
            is left out.
            """,
        operands: [.init("x", "f32[N, C, H, W]")],
        attributes: [
            .init("window", "rows and columns of the window"),
            .init("stride", "rows and columns from one window to the next; as the window"),
            .init("padding", "one number, [rows, columns], or [top, left, bottom, right]; 0"),
        ],
        results: [.init("y", "f32[N, C, output rows, output columns]")],
        constraints: SpatialPool.constraints,
        example: "pool1 = padded_average_pool2d(act1, window: [3, 3], stride: [2, 2], padding: [1, 1])")

    var pool: SpatialPool

    /// - Parameters:
    ///   - stride: as the window where it is left out.
    ///   - padding: top, left, bottom and right.
    public init(window: [Int], stride: [Int]? = nil, padding: [Int]) {
        pool = SpatialPool(
            .average,
            window: SpatialWindow(
                size: window, stride: stride ?? window, before: Array(padding.prefix(2)),
                after: Array(padding.suffix(2))),
            countPadding: true)
        pool.window.ceils = true
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let window = try SpatialWindow(&attributes, rank: 2, word: "window", strideIsSize: true)
        self.init(window: window.size, stride: window.stride, padding: window.before + window.after)
    }
    public var attributes: [Attribute] { pool.window.attributes(word: "window", strideIsSize: true) }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try pool.check(operands, Self.name, rank: 2...2)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        [try pool.compose(&composer, operands[0])]
    }
}
