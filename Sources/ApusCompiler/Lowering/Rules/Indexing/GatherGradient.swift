import ApusGraph
import ApusInstructions

/// Slices added to zeros. The gradient of a table that all samples read is a sum over the samples.
struct GatherGradientRule: OperatorRule, SingleRule {
    let axis: Int

    init(_ operation: GatherGradient) { axis = operation.axis }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let value = site.results[0]
        guard site.type(value).elementType == .f32 else { throw site.unsupported("adds gradients of type f32 alone") }
        let indices = try lowering.indexOperand(site.operands[0])
        let gradient = try lowering.rowMajorOperand(site.operands[1])
        let shape = try lowering.sampleShape(value)
        let result: RowMajorOperand
        if site.isDynamic(value) {
            result = RowMajorOperand(try lowering.makeResult(value), shape: shape)
            lowering.clear(result, label: site.name)
        } else {
            let count = shape.reduce(1, *)
            result = RowMajorOperand(
                place: .fixed(lowering.makeReduction(value, elements: count, form: .copy(count: count))),
                type: .float32, shape: shape, sampleStride: 0)
        }
        var parameters = IndexParameters.slices(
            shape: shape, axis: try site.sampleAxis(axis, of: value, shape: shape), count: indices.elements)
        parameters.take(indexed: result, indices: indices, plainSampleStride: gradient.sampleStride)
        parameters.operation = ScatterOperation.add.rawValue
        parameters.takesNearest = 1
        lowering.emit(.scatter, [gradient.place, indices.place, result.place], parameters, label: site.name)
    }
}
