import ApusGraph
import ApusInstructions

/// The leaves of decision trees.
struct TreeLeavesRule: OperatorRule, SingleRule {
    init(_ operation: TreeLeaves) {}

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let x = try lowering.plainValue(site.operands[0])
        let nodes = try lowering.typeShape(site.operands[1])[0]
        let trees = try lowering.typeShape(site.operands[4])[0]
        var places = [x.place]
        for operand in site.operands.dropFirst() {
            places.append(try lowering.readableOperand(operand).place)
        }
        let result = try lowering.makePlainResult(site.results[0], isOutput: true)
        var parameters = TreeLeavesParameters(
            rows: x.shape[0], features: x.shape[1], nodes: nodes, trees: trees, sourceSampleStride: x.sampleStride,
            destinationSampleStride: result.sampleStride)
        parameters.isDouble = x.stored.elementType == .f64 ? 1 : 0
        lowering.emit(.treeLeaves, places + [result.place], parameters, label: site.name)
    }
}
