/// The gradient of ``Slice``.
package struct SliceGradient: Operator {
    public static let name = "slice_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of slice: a part put back into zeros.",
        operands: [.init("dy", "the gradient of the part")],
        attributes: Slice.documentation.attributes + [.init("shape", "the whole shape of the operand of slice")],
        results: [.init("dx", "the operand's gradient: zero outside of the part")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "slice can cut a value of the `shape` so"),
            .init("C3", "dy has the shape of the part"),
        ],
        example: "x.gradient = slice_gradient(left.gradient, starts: [0], ends: [14], axes: [3], shape: [4, 8, 28, 28])"
    )

    public var slice: Slice
    public var shape: [Dimension]

    public init(slice: Slice, shape: [Dimension]) {
        self.slice = slice
        self.shape = shape
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        slice = try Slice(attributes: &attributes)
        shape = try attributes.required("shape", try attributes.dimensions("shape"), "the shape")
    }
    public var attributes: [Attribute] { slice.attributes + [Attribute("shape", .dimensionList(shape))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1)
        let x = TensorType(operands[0].elementType, shape)
        let part: TensorType
        do throws(ConstraintViolation) {
            guard let type = try slice.infer([x]).first?.type else { return [] }
            part = type
        } catch { throw error.relabelled("C2") }
        try checks.match("C3", 0, part, "dy")
        return [InferredType(x)]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        slice.keepsSamplesApart([TensorType(operands[0].elementType, shape)])
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let gradient = operands[0]
        guard let parts = try? slice.parts([TensorType(gradient.elementType, shape: results[0])]) else { return [] }
        let (source, target) = (Positions(gradient.shape), Positions(results[0]))
        var offsets = [Int?](repeating: nil, count: target.count)
        for offset in 0..<source.count { offsets[target.offset(Slice.place(source.indices(offset), parts))] = offset }
        return [gradient.picking(offsets, shape: results[0], fill: 0)]
    }
}
