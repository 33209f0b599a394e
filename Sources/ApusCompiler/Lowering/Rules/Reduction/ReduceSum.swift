import ApusGraph
import ApusInstructions
import ApusPlan

/// Sums over dimensions. One over the batch is a sum over samples.
struct ReduceSumRule: OperatorRule, SingleRule {
    let axes: Set<Int>

    init(_ operation: ReduceSum) { axes = Set(operation.axes) }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.sampleShape(site.operands[0])
        try BroadcastParameters.checkRank(shape, site)
        let source = try lowering.readableOperand(site.operands[0])
        // The batch is a dimension of the type and none of a sample.
        let batch = site.type(site.operands[0]).rank - shape.count
        var kept: [Int] = []
        var strides = [Int](repeating: 0, count: shape.count)
        for axis in shape.indices.reversed() where !axes.contains(axis + batch) {
            strides[axis] = kept.reduce(1, *)
            kept.append(shape[axis])
        }
        var parameters = BroadcastParameters(operation: .add)
        parameters.extents = BroadcastParameters.six(shape, filling: 1)
        parameters.firstStrides = BroadcastParameters.six(
            BroadcastParameters.strides(of: shape, over: shape), filling: 0)
        parameters.firstSampleStride = source.layout.sampleStride
        parameters.destinationStrides = BroadcastParameters.six(strides, filling: 0)
        let destination: Place
        if batch == 1, axes.contains(0) {
            let count = kept.reduce(1, *)
            destination = .fixed(
                lowering.makeReduction(site.results[0], elements: count, form: .copy(count: count)))
            parameters.accumulate = 1
        } else {
            let result = try lowering.makeResult(site.results[0])
            destination = result.place
            parameters.destinationSampleStride = result.layout.sampleStride
        }
        lowering.emit(.reduceSum, [source.place, destination], parameters, label: site.name)
    }
}
