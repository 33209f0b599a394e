import ApusGraph
import ApusInstructions
import ApusPlan

/// Gradients of a resized dimension, added to the elements that they come from.
struct InterpolateGradientRule: OperatorRule, SingleRule {
    let operation: InterpolateGradient

    init(_ operation: InterpolateGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.rowMajorOperand(site.operands[0])
        guard gradient.type == .float32 else { throw site.unsupported("adds gradients of type f32 alone") }
        let axis = try site.sampleAxis(operation.axis, of: site.operands[0], shape: gradient.shape)
        let shape = try lowering.sampleShape(site.results[0])
        let taps = operation.interpolation.taps(
            input: shape[axis], output: gradient.shape[axis], scale: operation.scale)
        let result = RowMajorOperand(try lowering.makeOutput(site.results[0]), shape: shape)
        let parameters = InterpolateParameters(
            shape: shape, axis: axis, size: gradient.shape[axis], taps: taps.count,
            sourceSampleStride: result.sampleStride, destinationSampleStride: gradient.sampleStride)
        let indices = Place.fixed(lowering.addIndices(taps.indices.map { Int32($0) }))
        let weights = Place.fixed(lowering.addConstant(taps.weights.map { Float($0) }))
        lowering.emit(
            .interpolateGradient, [gradient.place, indices, weights, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }
}
