import ApusGraph
import ApusInstructions

/// Gradients of a resized dimension, added to the elements that they come from.
struct InterpolateGradientRule: OperatorRule, SingleRule {
    let operation: InterpolateGradient

    init(_ operation: InterpolateGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let axis = try site.axis(operation.axis, of: site.operands[0])
        let shape = try lowering.typeShape(site.results[0])
        let size = try lowering.typeShape(site.operands[0])[axis]
        let taps = operation.interpolation.taps(input: shape[axis], output: size, scale: operation.scale)
        let gradient = try lowering.readableOperand(site.operands[0])
        guard gradient.elementType == .f32 else { throw site.unsupported("adds gradients of type f32 alone") }
        let result = try lowering.makeOutput(site.results[0])
        var parameters = InterpolateParameters(
            outer: shape[..<axis].reduce(1, *), source: shape[axis], destination: size,
            inner: shape[(axis + 1)...].reduce(1, *), taps: taps.count)
        parameters.sourceSampleStride = Int32(result.sampleStride)
        parameters.destinationSampleStride = Int32(gradient.sampleStride)
        let indices = lowering.constant(indices: taps.indices)
        lowering.emit(
            .interpolateGradient,
            [gradient.place, indices.place, lowering.constant(weights: taps.weights), result.place], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds)
    }
}
