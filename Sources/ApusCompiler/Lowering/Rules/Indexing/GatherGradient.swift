import ApusGraph
import ApusInstructions

/// Slices added to zeros. The gradient of a table that all samples read is a sum over the samples.
struct GatherGradientRule: OperatorRule, SingleRule {
    let axis: Int

    init(_ operation: GatherGradient) { axis = operation.axis }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let value = site.results[0]
        guard site.type(value).elementType == .f32 else { throw site.unsupported("adds gradients of type f32 alone") }
        let axis = try site.axis(axis, of: value)
        let gradient = try lowering.readableOperand(site.operands[1])
        let indices = try lowering.indexOperand(site.operands[0], site)
        let shape = try lowering.typeShape(value)
        let result = try lowering.makeCleared(value, site)
        var parameters = IndexParameters.slices(
            shape: shape, axis: axis, count: try lowering.typeShape(site.operands[0]).reduce(1, *))
        parameters.take(indexed: result, indices: indices, plain: gradient)
        parameters.operation = ScatterOperation.add.rawValue
        parameters.takesNearest = 1
        lowering.emit(.scatter, [gradient.place, indices.place, result.place], parameters, label: site.name)
    }
}

extension Lowering {
    /// Room for a plain result that is added to, with zeros in it: a sum over the samples where it has no batch and an operand
    /// has.
    fileprivate mutating func makeCleared(_ value: ValueID, _ site: Site) throws(LoweringError) -> Stored {
        let count = try sampleShape(value).reduce(1, *)
        guard site.isSum(value) else {
            let result = try makeResult(value)
            try emitFill(result, count: count, with: 0, site)
            return result
        }
        // Sums over samples are cleared before every run.
        var layout = packedLayout(value, try sampleShape(value))
        layout.sampleStride = 0
        return Stored(
            place: .fixed(makeReduction(value, elements: count, form: .copy(count: count))), layout: layout)
    }
}
