/// Rows brought to mean 0 and variance 1, then scaled: what layer_norm, group_norm, instance_norm and rms_norm are composed of.
public struct NormalizeRows: Operator {
    public static let name = "normalize_rows"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Brings rows to one mean and deviation, and scales them.",
        details: """
            With i = 1 / sqrt(variance + epsilon) of each row, `y = (x − mean) · i · scale + bias`: Ba, Kiros and Hinton (2016), \
            section 3. Not centered, the mean counts as 0, and the variance is the mean of squares. No gradient flows through \
            the statistics.
            """,
        operands: [.init("x", "f32"), .init("scale", "f32"), .init("bias", "f32; optional, only where centered")],
        attributes: RowNormalization.attributes,
        results: [
            .init("y", "f32 of the shape of x"), .init("i", "f32, one inverse deviation for each row"),
            .init("mean", "f32, one for each row; only where centered"),
        ],
        constraints: RowNormalization.constraints,
        example: "norm1, norm1.i, norm1.mean = normalize_rows(x, norm1.scale, norm1.bias)")

    var rows: RowNormalization

    init(_ rows: RowNormalization) { self.rows = rows }
    public init(axis: Int = -1, groups: Int = 0, isCentered: Bool = true, epsilon: Double = 1e-5) {
        rows = RowNormalization(axis: axis, groups: groups, isCentered: isCentered, epsilon: epsilon)
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) { rows = try RowNormalization(&attributes) }
    public var attributes: [Attribute] { rows.attributes }

    public var axis: Int { rows.axis }
    /// 0 where each place of a row has a scale of its own.
    public var groups: Int { rows.groups }
    public var isCentered: Bool { rows.isCentered }
    public var epsilon: Double { rows.epsilon }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        try checks.count(
            "C1", 2...(rows.isCentered ? 3 : 2), rows.isCentered ? "x, a scale and optionally a bias" : "x and a scale")
        let types = try rows.types(of: operands[0], name)
        for index in 1..<operands.count {
            try checks.match("C5", index, types.scale, index == 1 ? "the scale" : "the bias")
        }
        let statistics = Array(repeating: InferredType(types.statistic), count: rows.isCentered ? 2 : 1)
        return [InferredType(operands[0])] + statistics
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        ApusGraph.keepsSamplesApart(operands[0], along: axis)
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        let (operands, results) = (context.node.operands, context.node.results)
        guard context.resultGradients.dropFirst().allSatisfy({ $0 == nil }) else {
            throw GraphError(
                place: context.editor.graph[results[0]].name, message: "\(name) has no gradient for its statistics",
                remedy: "let the loss depend on the first result alone")
        }
        guard let gradient = context.resultGradients[0], context.needed.contains(true) else {
            return operands.map { _ in nil }
        }
        let gradients = try context.emit(
            NormalizeRowsGradient(rows), [operands[0], gradient, operands[1]] + results.dropFirst(),
            gradientsOf: Array(operands.indices))
        return Array(gradients.prefix(operands.count))
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, scale) = (operands[0].elements, operands[1].elements)
        let bias = operands.count > 2 ? operands[2].elements : nil
        let layout = rows.layout(operands[0].shape)
        let starts = stride(from: 0, to: x.count, by: layout.count)
        let means = starts.map { start in
            rows.isCentered ? x[start..<start + layout.count].reduce(0, +) / Double(layout.count) : 0
        }
        let inverse = zip(starts, means).map { start, mean in
            let squares = x[start..<start + layout.count].reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return 1 / (squares / Double(layout.count) + epsilon).squareRoot()
        }
        let y = x.indices.map { index in
            let (row, place) = (layout.row(index), layout.scale(index))
            return (x[index] - means[row]) * inverse[row] * scale[place] + (bias?[place] ?? 0)
        }
        let all = [y, inverse] + (rows.isCentered ? [means] : [])
        return zip(results, all).map { Tensor(shape: $0, elements: $1) }
    }
}

/// The gradients of ``NormalizeRows``.
package struct NormalizeRowsGradient: Operator {
    public static let name = "normalize_rows_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradients of normalize_rows.",
        details: """
            With `n = (x − mean) · i` and `h = dy · scale`, and means over each row: `dx = i · (h − mean(h) − n · mean(h · n))`, \
            without `mean(h)` where it isn't centered; `dscale = Σ dy · n`, `dbias = Σ dy`: Ba, Kiros and Hinton (2016), \
            section 3, differentiated.
            """,
        operands: [
            .init("x", "the operand of normalize_rows"), .init("dy", "the gradient of its first result"),
            .init("scale", "its scale"), .init("i", "its second result"),
            .init("mean", "its third result; only where centered"),
        ],
        attributes: RowNormalization.attributes,
        results: [
            .init("dx", "f32 of the shape of x"), .init("dscale", "of the type of the scale"),
            .init("dbias", "of the type of the scale; only where centered"),
        ],
        constraints: RowNormalization.constraints.dropLast() + [
            .init("C5", "dy and the scale have the types that normalize_rows gives and takes"),
            .init("C6", "the statistics have one number for each row"),
        ],
        example: "x.gradient, norm1.scale.gradient, norm1.bias.gradient = normalize_rows_gradient(x, norm1.gradient, "
            + "norm1.scale, norm1.i, norm1.mean)")

    var rows: RowNormalization

    init(_ rows: RowNormalization) { self.rows = rows }
    public init(axis: Int = -1, groups: Int = 0, isCentered: Bool = true, epsilon: Double = 1e-5) {
        rows = RowNormalization(axis: axis, groups: groups, isCentered: isCentered, epsilon: epsilon)
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) { rows = try RowNormalization(&attributes) }
    public var attributes: [Attribute] { rows.attributes }

    public var axis: Int { rows.axis }
    /// 0 where each place of a row has a scale of its own.
    public var groups: Int { rows.groups }
    public var isCentered: Bool { rows.isCentered }
    public var epsilon: Double { rows.epsilon }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        let count = rows.isCentered ? 5 : 4
        try checks.count(
            "C1", count...count, "x, dy, a scale and \(rows.isCentered ? "two statistics" : "a statistic")")
        let types = try rows.types(of: operands[0], name)
        try checks.match("C5", 1, operands[0], "the result's gradient")
        try checks.match("C5", 2, types.scale, "the scale")
        for index in 3..<count { try checks.match("C6", index, types.statistic, "the statistic") }
        let scale = InferredType(types.scale)
        return [InferredType(operands[0]), scale] + (rows.isCentered ? [scale] : [])
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        ApusGraph.keepsSamplesApart(operands[0], along: axis)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, dy, scale, inverse) = (
            operands[0].elements, operands[1].elements, operands[2].elements, operands[3].elements
        )
        let means = rows.isCentered ? operands[4].elements : inverse.map { _ in 0 }
        let layout = rows.layout(operands[0].shape)
        let normalized = x.indices.map { (x[$0] - means[layout.row($0)]) * inverse[layout.row($0)] }
        var sums = [Double](repeating: 0, count: inverse.count)
        var products = sums
        var (dscale, dbias) = (scale.map { _ in 0.0 }, scale.map { _ in 0.0 })
        for index in x.indices {
            let (row, place) = (layout.row(index), layout.scale(index))
            if rows.isCentered { sums[row] += dy[index] * scale[place] / Double(layout.count) }
            products[row] += dy[index] * scale[place] * normalized[index] / Double(layout.count)
            dscale[place] += dy[index] * normalized[index]
            dbias[place] += dy[index]
        }
        let dx = x.indices.map { index in
            let (row, place) = (layout.row(index), layout.scale(index))
            return inverse[row] * (dy[index] * scale[place] - sums[row] - normalized[index] * products[row])
        }
        let all = [dx, dscale] + (rows.isCentered ? [dbias] : [])
        return zip(results, all).map { Tensor(shape: $0, elements: $1) }
    }
}
