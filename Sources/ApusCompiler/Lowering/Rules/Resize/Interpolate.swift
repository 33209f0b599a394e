import ApusGraph
import ApusInstructions

/// One dimension resized: the nearest elements are gathered, others weighed.
struct InterpolateRule: OperatorRule, SingleRule {
    let operation: Interpolate

    init(_ operation: Interpolate) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let axis = try site.axis(operation.axis, of: site.operands[0])
        let shape = try lowering.typeShape(site.operands[0])
        let size = try lowering.typeShape(site.results[0])[axis]
        let taps = operation.interpolation.taps(input: shape[axis], output: size, scale: operation.scale)
        let source = try lowering.readableOperand(site.operands[0])
        guard operation.interpolation.mode == .nearest || source.elementType == .f32 else {
            throw site.unsupported("weighs elements of type f32 alone")
        }
        let result = try lowering.makeOutput(site.results[0])
        let indices = lowering.constant(indices: taps.indices)
        if operation.interpolation.mode == .nearest {
            var parameters = IndexParameters.slices(shape: shape, axis: axis, count: size)
            parameters.take(indexed: source, indices: indices, plain: result)
            return lowering.emit(.gather, [source.place, indices.place, result.place], parameters, label: site.name)
        }
        var parameters = InterpolateParameters(
            outer: shape[..<axis].reduce(1, *), source: shape[axis], destination: size,
            inner: shape[(axis + 1)...].reduce(1, *), taps: taps.count)
        parameters.sourceSampleStride = Int32(source.sampleStride)
        parameters.destinationSampleStride = Int32(result.sampleStride)
        lowering.emit(
            .interpolate, [source.place, indices.place, lowering.constant(weights: taps.weights), result.place],
            parameters, label: site.name, multiplyAdds: site.multiplyAdds)
    }
}

extension Lowering {
    /// Indices of 4 bytes among the constants.
    mutating func constant(indices: [Int]) -> Stored {
        var layout = ImageLayout(channels: indices.count, height: 1, width: 1)
        layout.sampleStride = 0
        return Stored(place: .fixed(addConstant(.integers(indices), .i32)), layout: layout, elementType: .i32)
    }

    /// Weights of f32 among the constants.
    mutating func constant(weights: [Double]) -> Place { .fixed(addConstant(.numbers(weights), .f32)) }
}
