import ApusGraph
import ApusInstructions

/// The input gradient is a dense layer of the transposed weights.
struct DenseInputGradientRule: OperatorRule {
    init(_ operation: DenseInputGradient) {}

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let rows = site.rows(site.operands[1])
        let single = Candidate(name: "dense") { (lowering: inout Lowering) throws(LoweringError) in
            try emitDense(site, into: &lowering)
        }
        let isPackable = !site.isDynamic(site.operands[0])
        if rows == 1, isPackable { return [single] }
        return site.rowCandidates(source: site.operands[1], rows: rows, isPackable: isPackable, dense: single) {
            (lowering: inout Lowering) throws(LoweringError) in
            let gradient = try lowering.factor(site.operands[1])
            let weights = try lowering.factor(site.operands[0])
            try lowering.emit(
                Contraction(
                    left: gradient, right: weights, destination: try lowering.makePlainResult(site.results[0])), site)
        }
    }

    private func emitDense(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.readableOperand(site.operands[1])
        let result = try lowering.makeResult(site.results[0])
        let rows = site.rows(site.operands[1])
        let units = gradient.layout.sampleElements * gradient.imageCount / rows
        let inputs = result.layout.sampleElements * result.imageCount / rows
        let packedWeights = try lowering.packedWeights(
            site.operands[0],
            PackParameters(
                form: .transposed, outputs: units, inputs: inputs, outputBlock: site.lanes, inputBlock: 1))
        let parameters = DenseParameters(
            inputs: units, outputs: inputs, sourceStride: rows == 1 ? Int(gradient.layout.sampleStride) : units,
            destinationStride: rows == 1 ? Int(result.layout.sampleStride) : inputs)
        lowering.emit(
            .dense, [gradient.place, .fixed(packedWeights), .none, result.place], parameters, label: site.name,
            multiplyAdds: rows == 1 ? site.multiplyAdds : rows * units * inputs, repeats: rows)
    }
}
