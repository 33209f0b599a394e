import ApusGraph
import ApusInstructions

/// The gradient of a dense layer's weight, and of its bias: sums over all samples.
struct DenseWeightGradientRule: OperatorRule, SingleRule {
    init(_ operation: DenseWeightGradient) {}

    func takesBlocksAsRow(operand: Int) -> Bool { operand == 0 }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
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
}
