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
        let indices = try lowering.indexValue(site.operands[0])
        let gradient = try lowering.plainValue(site.operands[1])
        let result = try lowering.makePlainSum(value)
        // Sums over samples are cleared before every run.
        if site.isDynamic(value) { lowering.clear(result, label: site.name) }
        var parameters = IndexParameters.slices(shape: result.dimensions, axis: axis, count: indices.count)
        parameters.take(indexed: result, indices: indices, plain: gradient)
        parameters.operation = ScatterOperation.add.rawValue
        parameters.takesNearest = 1
        lowering.emit(.scatter, [gradient.place, indices.place, result.place], parameters, label: site.name)
    }
}
