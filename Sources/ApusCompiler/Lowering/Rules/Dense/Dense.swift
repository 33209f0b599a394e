import ApusGraph
import ApusInstructions

/// A dense layer is a fused one with nothing behind it.
struct DenseRule: OperatorRule, ForwardDenseRule {
    let fused: FusedDense

    init(_ operation: Dense) { fused = FusedDense(dense: operation) }
}

/// How forward dense layers become instructions.
protocol ForwardDenseRule: SingleRule {
    var fused: FusedDense { get }
}

extension ForwardDenseRule {
    func takesBlocksAsRow(operand: Int) -> Bool { operand == 0 }

    func sharedWeightBytes(_ site: Site) -> Int {
        ElementType.f32.size * (site.context.samples.shape(site.operands[1])?.reduce(1, *) ?? 0)
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.denseSource(site.operands[0])
        let inputs = source.layout.sampleElements
        let packedWeights = try lowering.packedWeights(
            site.operands[1], source.layout.densePacking(units: fused.dense.units, lanes: site.lanes))
        let bias = fused.dense.bias ? Place.fixed(try lowering.paddedVector(site.operands[2])) : .none
        let result = try lowering.makeResult(site.results[0])
        var parameters = DenseParameters(
            inputs: inputs, outputs: fused.dense.units, sourceStride: Int(source.layout.sampleStride),
            destinationStride: Int(result.layout.sampleStride))
        parameters.activation = fused.activation.code
        lowering.emit(
            .dense, [source.place, .fixed(packedWeights), bias, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }
}

extension Lowering {
    /// What a dense layer reads: a row, or a picture of whole blocks.
    mutating func denseSource(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        return source.layout.hasWholeBlocks(lanes: lanes) ? source : try readableOperand(value)
    }
}

extension ImageLayout {
    /// How a dense layer's weights are packed for a source of this layout: as a convolution's whose kernel covers it.
    func densePacking(units: Int, lanes: Int) -> PackParameters {
        var parameters = PackParameters(
            form: .forward, outputs: units, inputs: Int(channels), outputBlock: lanes,
            inputBlock: Int(channelBlock))
        parameters.kernelHeight = height
        parameters.kernelWidth = width
        return parameters
    }
}
