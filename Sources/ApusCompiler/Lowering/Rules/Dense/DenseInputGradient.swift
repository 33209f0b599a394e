import ApusGraph
import ApusInstructions

/// The input gradient is a dense layer of the transposed weights.
struct DenseInputGradientRule: OperatorRule, SingleRule {
    init(_ operation: DenseInputGradient) {}

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.readableOperand(site.operands[1])
        let result = try lowering.makeResult(site.results[0])
        let units = Int(gradient.layout.channels)
        let inputs = Int(result.layout.channels)
        let packedWeights = try lowering.packedWeights(
            site.operands[0],
            PackParameters(
                form: .transposed, outputs: units, inputs: inputs, outputBlock: site.lanes, inputBlock: 1))
        let parameters = DenseParameters(
            inputs: units, outputs: inputs, sourceStride: Int(gradient.layout.sampleStride),
            destinationStride: Int(result.layout.sampleStride))
        lowering.emit(
            .dense, [gradient.place, .fixed(packedWeights), .none, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }
}
