import ApusGraph
import ApusInstructions

/// The gradient of a dense layer's weight, and of its bias: sums over all samples, and over the rows of each.
struct DenseWeightGradientRule: OperatorRule, SingleRule {
    init(_ operation: DenseWeightGradient) {}

    func takesBlocksAsRow(operand: Int) -> Bool { operand == 0 }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        guard site.rows(site.operands[0]) == 1, site.isSum(site.results[0]) else {
            return try emitContraction(site, into: &lowering)
        }
        let source = try lowering.denseSource(site.operands[0])
        let gradient = try lowering.plainOperand(site.operands[1])
        let inputs = source.layout.sampleElements
        let units = Int(gradient.layout.channels)
        let packing = source.layout.densePacking(units: units, lanes: site.lanes)
        let weightSum = lowering.makeReduction(
            site.results[0], elements: packing.packedElements, form: .unpack(packing))
        let biasSum = lowering.makeBiasReduction(site.node, count: units)
        let parameters = DenseParameters(
            inputs: inputs, outputs: units, sourceStride: Int(source.layout.sampleStride),
            destinationStride: Int(gradient.layout.sampleStride))
        lowering.emit(
            .denseWeightGradient, [source.place, gradient.place, .fixed(weightSum), biasSum], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds)
    }

    /// The transposed gradient times the source.
    private func emitContraction(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.factor(site.operands[1], isTransposed: true)
        let source = try lowering.factor(site.operands[0])
        var contraction = Contraction(
            left: gradient, right: source, destination: try lowering.makePlainSum(site.results[0], site))
        contraction.accumulates = site.isSum(site.results[0])
        try lowering.emit(contraction, site)
        guard site.results.count > 1 else { return }
        let bias = site.results[1]
        let sums = Reducer(.sum, of: try lowering.plainValue(site.operands[1]), over: [0])
        lowering.emit(
            sums, to: try lowering.makePlainSum(bias, site), accumulates: site.isSum(bias),
            label: lowering.graph[bias].name)
    }
}
