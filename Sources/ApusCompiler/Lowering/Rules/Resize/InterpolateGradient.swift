import ApusGraph
import ApusInstructions
import ApusPlan

/// Gradients of a resized dimension, added to the elements that they come from.
struct InterpolateGradientRule: OperatorRule, SingleRule {
    let operation: InterpolateGradient

    init(_ operation: InterpolateGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.plainValue(site.operands[0])
        guard gradient.type == .float32 else { throw site.unsupported("adds gradients of type f32 alone") }
        let axis = try site.axis(operation.axis, of: site.operands[0])
        let result = try lowering.makePlainResult(site.results[0], isOutput: true)
        let taps = operation.interpolation.taps(
            input: result.dimensions[axis], output: gradient.dimensions[axis], scale: operation.scale)
        let parameters = InterpolateParameters(source: result, destination: gradient, axis: axis, taps: taps.count)
        let indices = lowering.indices(
            taps.indices.map { Int32($0) }, dimensions: [gradient.dimensions[axis], taps.count])
        let weights = Place.fixed(lowering.addConstant(taps.weights.map { Float($0) }))
        lowering.emit(
            .interpolateGradient, [gradient.place, indices.place, weights, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }
}
