import ApusGraph

extension ExportTable {
    static let resizing: [ExportEntry] = [
        .of(Resize.self) { operation, node throws(NodeFailure) in try node.finish(operation) }
    ]
}

extension NodeExport {
    fileprivate mutating func finish(_ resize: Resize) throws(NodeFailure) {
        let way = resize.interpolation
        if way.coordinates == .halfPixelSymmetric { requires(19) }
        let dimensions = resultType().dimensions
        let count = resize.scales?.count ?? resize.sizes?.count ?? type(1).dimensions[0].number ?? rank()
        let axes = resize.axes.map { $0.map { axis($0) } } ?? Array(rank() - count..<rank())
        guard count > 0 else { return finish(operand()) }
        var (scales, sizes) = ("", "")
        var isWhole = true
        if let given = resize.scales {
            var all = [Double](repeating: 1, count: rank())
            for (axis, scale) in zip(axes, given) { all[axis] = scale }
            scales = constant(Tensor(shape: [all.count], elements: all))
        } else if dimensions.allSatisfy({ $0.number != nil }) {
            sizes = try shape(dimensions)
        } else {
            // Sizes of some axes are there since this version.
            requires(18)
            isWhole = false
            sizes = operandCount > 1 ? shapeOperand(1) : try shape(axes.map { dimensions[$0] })
        }
        let inputs = [operand(), "", scales, sizes]
        let (mode, place) = (
            ExportAttribute.string(way.mode.rawValue), ExportAttribute.string(way.coordinates.rawValue)
        )
        let (nearest, slope) = (ExportAttribute.string(way.rounding.rawValue), ExportAttribute.float(way.coefficient))
        let excludes = ExportAttribute.flag(way.excludesOutside)
        if way.antialiases { requires(18) }
        guard way.antialiases || !isWhole else {
            return finish(
                "Resize", inputs,
                [
                    "mode": mode, "coordinate_transformation_mode": place, "nearest_mode": nearest,
                    "cubic_coeff_a": slope, "exclude_outside": excludes,
                ])
        }
        let all = isWhole ? Array(0..<rank()) : axes
        finish(
            "Resize", inputs,
            [
                "mode": mode, "coordinate_transformation_mode": place, "nearest_mode": nearest,
                "cubic_coeff_a": slope, "exclude_outside": excludes, "antialias": .flag(way.antialiases),
                "axes": .ints(all),
            ])
    }
}
