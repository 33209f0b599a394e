import ApusGraph
import ApusInstructions
import ApusPlan

/// One dimension resized: the nearest elements are gathered, others weighed.
struct InterpolateRule: OperatorRule, SingleRule {
    let operation: Interpolate

    init(_ operation: Interpolate) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0])
        let axis = try site.axis(operation.axis, of: site.operands[0])
        let size = try lowering.dimensions(of: site.results[0])[axis]
        let taps = operation.interpolation.taps(input: source.dimensions[axis], output: size, scale: operation.scale)
        let indices = lowering.indices(taps.indices.map { Int32($0) }, dimensions: [size, taps.count])
        if operation.interpolation.mode == .nearest {
            let result = try lowering.makePlainResult(site.results[0], isOutput: true)
            var parameters = IndexParameters.slices(shape: source.dimensions, axis: axis, count: size)
            parameters.take(indexed: source, indices: indices, plain: result)
            return lowering.emit(.gather, [source.place, indices.place, result.place], parameters, label: site.name)
        }
        guard source.type == .float32 else { throw site.unsupported("weighs elements of type f32 alone") }
        let result = try lowering.makePlainResult(site.results[0], isOutput: true)
        let parameters = InterpolateParameters(
            source: source, destination: result, axis: axis, taps: taps.count)
        let weights = Place.fixed(lowering.addConstant(taps.weights.map { Float($0) }))
        lowering.emit(
            .interpolate, [source.place, indices.place, weights, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }
}

extension InterpolateParameters {
    /// Between values that differ in the size of one axis.
    init(source: PlainValue, destination: PlainValue, axis: Int, taps: Int) {
        self.init(
            outer: source.dimensions[..<axis].reduce(1, *), source: source.dimensions[axis],
            destination: destination.dimensions[axis], inner: source.dimensions[(axis + 1)...].reduce(1, *), taps: taps)
        sourceSampleStride = Int32(source.sampleStride)
        destinationSampleStride = Int32(destination.sampleStride)
    }
}
