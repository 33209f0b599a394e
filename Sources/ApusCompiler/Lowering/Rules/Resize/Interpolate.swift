import ApusGraph
import ApusInstructions
import ApusPlan

/// One dimension resized: the nearest elements are gathered, others weighed.
struct InterpolateRule: OperatorRule, SingleRule {
    let operation: Interpolate

    init(_ operation: Interpolate) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.rowMajorOperand(site.operands[0])
        let axis = try site.sampleAxis(operation.axis, of: site.operands[0], shape: source.shape)
        let size = try lowering.sampleShape(site.results[0])[axis]
        let taps = operation.interpolation.taps(input: source.shape[axis], output: size, scale: operation.scale)
        let indices = Place.fixed(lowering.addIndices(taps.indices.map { Int32($0) }))
        if operation.interpolation.mode == .nearest {
            let result = RowMajorOperand(try lowering.makeOutput(site.results[0]), shape: [])
            var parameters = IndexParameters.slices(shape: source.shape, axis: axis, count: size)
            parameters.take(
                indexed: source,
                indices: RowMajorOperand(place: indices, type: .int32, shape: [size], sampleStride: 0),
                plainSampleStride: result.sampleStride)
            return lowering.emit(.gather, [source.place, indices, result.place], parameters, label: site.name)
        }
        guard source.type == .float32 else { throw site.unsupported("weighs elements of type f32 alone") }
        let result = RowMajorOperand(try lowering.makeOutput(site.results[0]), shape: [])
        let parameters = InterpolateParameters(
            shape: source.shape, axis: axis, size: size, taps: taps.count, sourceSampleStride: source.sampleStride,
            destinationSampleStride: result.sampleStride)
        let weights = Place.fixed(lowering.addConstant(taps.weights.map { Float($0) }))
        lowering.emit(
            .interpolate, [source.place, indices, weights, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }
}

extension InterpolateParameters {
    /// From samples of `shape` to such with `size` elements along the axis.
    init(
        shape: [Int], axis: Int, size: Int, taps: Int, sourceSampleStride: Int, destinationSampleStride: Int
    ) {
        self.init(
            outer: shape[..<axis].reduce(1, *), source: shape[axis], destination: size,
            inner: shape[(axis + 1)...].reduce(1, *), taps: taps)
        self.sourceSampleStride = Int32(sourceSampleStride)
        self.destinationSampleStride = Int32(destinationSampleStride)
    }
}
