import ApusGraph
import ApusInstructions

/// A dense layer is a fused one with nothing behind it.
struct DenseRule: OperatorRule, ForwardDenseRule {
    let fused: FusedDense

    init(_ operation: Dense) { fused = FusedDense(dense: operation) }
}

/// How forward dense layers become instructions.
protocol ForwardDenseRule: LoweringRule {
    var fused: FusedDense { get }
}

extension ForwardDenseRule {
    func takesBlocksAsRow(operand: Int) -> Bool { operand == 0 }

    func sharedWeightBytes(_ site: Site) -> Int {
        // Many rows of one sample read the weights from the nearest caches already.
        if site.rows(site.operands[0]) >= 16 { return 0 }
        return ElementType.f32.size * (site.context.samples.shape(site.operands[1])?.reduce(1, *) ?? 0)
    }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let rows = site.rows(site.operands[0])
        let single = Candidate(name: "dense") { (lowering: inout Lowering) throws(LoweringError) in
            try emitDense(site, into: &lowering)
        }
        let isPackable = !site.operands.dropFirst().contains { site.isDynamic($0) }
        if rows == 1, isPackable { return [single] }
        return site.rowCandidates(source: site.operands[0], rows: rows, isPackable: isPackable, dense: single) {
            (lowering: inout Lowering) throws(LoweringError) in
            try emitContraction(site, into: &lowering)
        }
    }

    private func emitDense(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.denseSource(site.operands[0])
        let rows = site.rows(site.operands[0])
        let inputs = source.layout.sampleElements * source.imageCount / rows
        var packing = source.layout.densePacking(units: fused.dense.units, lanes: site.lanes)
        if rows > 1 { packing.inputs = Int32(inputs) }
        let packedWeights = try lowering.packedWeights(site.operands[1], packing)
        let bias = fused.dense.bias ? Place.fixed(try lowering.paddedVector(site.operands[2])) : .none
        let result = try lowering.makeResult(site.results[0])
        var parameters = DenseParameters(
            inputs: inputs, outputs: fused.dense.units,
            sourceStride: rows == 1 ? Int(source.layout.sampleStride) : inputs,
            destinationStride: rows == 1 ? Int(result.layout.sampleStride) : fused.dense.units)
        parameters.activation = fused.activation.code
        lowering.emit(
            .dense, [source.place, .fixed(packedWeights), bias, result.place], parameters, label: site.name,
            multiplyAdds: rows == 1 ? site.multiplyAdds : rows * inputs * fused.dense.units, repeats: rows)
    }

    private func emitContraction(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let left = try lowering.factor(site.operands[0])
        let right = try lowering.factor(site.operands[1], isTransposed: true)
        var contraction = Contraction(
            left: left, right: right, destination: try lowering.makePlainResult(site.results[0], isOutput: true))
        if fused.dense.bias { contraction.bias = try lowering.plainValue(site.operands[2]).place }
        contraction.activation = fused.activation.code
        try lowering.emit(contraction, site)
    }
}

extension Site {
    /// Rows of the value, which is a matrix, in each sample.
    func rows(_ value: ValueID) -> Int {
        guard let first = type(value).dimensions.first else { return 1 }
        return first.number ?? first.symbols.first.flatMap { first.multiple(of: $0) } ?? 1
    }

    /// The ways to multiply several rows of each sample with a matrix of weights: row by row, where the rows of source and
    /// result lie evenly through all samples and results fill whole vectors, or as one product.
    ///
    /// - Parameter isPackable: whether the weights are parameters, that are packed before the body.
    func rowCandidates(
        source: ValueID, rows: Int, isPackable: Bool, dense: Candidate,
        contract: @escaping @Sendable (inout Lowering) throws(LoweringError) -> Void
    ) -> [Candidate] {
        let inputs = type(source).dimensions.last?.number ?? 1
        let outputs = type(results[0]).dimensions.last?.number ?? 1
        let cost = RowCost(rows: rows, inputs: inputs, outputs: outputs, lanes: lanes)
        let product = Candidate(name: "product", cycles: cost.contract, emit: contract)
        guard isPackable, outputs.isMultiple(of: lanes), Lowering.liesEvenly(rows * inputs),
            Lowering.liesEvenly(rows * outputs)
        else {
            return [product]
        }
        var repeated = dense
        repeated.cycles = cost.dense
        return [repeated, product]
    }
}

extension Lowering {
    /// What a dense layer reads: a row, or an image of whole blocks.
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
