import ApusGraph
import ApusInstructions
import ApusPlan

/// A dense layer of codes: by these, or by the numbers of f32 that they stand for where that is faster, because there are few of them, or
/// many rows for each.
struct BlockDenseRule: OperatorRule {
    let operation: BlockDense

    init(_ operation: BlockDense) { self.operation = operation }

    func sharedWeightBytes(_ site: Site) -> Int {
        // Many rows of one sample read the weights from the nearest caches already.
        if site.rows(site.operands[0]) >= 16 { return 0 }
        return site.context.samples.shape(site.operands[1])?.reduce(1, *) ?? 0
    }

    /// Which is taken depends on one sample, whatever the batch: so do the bits of its results.
    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let rows = site.rows(site.operands[0])
        let inputs = inputs(site)
        let numbers = RowCost(rows: rows, inputs: inputs, outputs: operation.units, lanes: site.lanes)
        let product = Candidate(name: "product of numbers", cycles: numbers.contract) {
            (lowering: inout Lowering) throws(LoweringError) in
            try emitProduct(site, into: &lowering)
        }
        // Whole vectors of results are stored, which must not reach into the next row.
        guard
            rows == 1
                || operation.units.isMultiple(of: site.lanes) && Lowering.liesEvenly(rows * inputs)
                    && Lowering.liesEvenly(rows * operation.units)
        else { return [product] }
        let cost = BlockDenseCost(rows: rows, inputs: inputs, outputs: operation.units, lanes: site.lanes)
        let codes = Candidate(
            name: "codes", cycles: cost.cycles,
            scratchBytes: rows * scratchBytes(site)
        ) { (lowering: inout Lowering) throws(LoweringError) in
            try emitCodes(site, into: &lowering)
        }
        guard rows == 1 else { return [codes, product] }
        let dense = Candidate(name: "numbers", cycles: max(numbers.dense, cost.fetchingNumbers)) {
            (lowering: inout Lowering) throws(LoweringError) in
            try emitNumbers(site, into: &lowering)
        }
        return [codes, dense]
    }

    private func inputs(_ site: Site) -> Int { site.type(site.operands[0]).dimensions[1].number ?? 1 }

    /// Bytes of the digits of a row.
    private func scratchBytes(_ site: Site) -> Int {
        BlockDenseParameters.blocks(inputs: inputs(site)) * BlockDenseParameters.blockWords * ElementType.f32.size
    }

    private func packing(_ site: Site, _ lowering: Lowering) throws(LoweringError) -> BlockPacking {
        BlockPacking(
            units: operation.units, inputs: inputs(site), block: operation.block,
            codes: try lowering.fixedElements(of: site.operands[1], site),
            scales: try lowering.fixedElements(of: site.operands[2], site))
    }

    private func emitCodes(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.readableOperand(site.operands[0])
        let (rows, inputs) = (site.rows(site.operands[0]), inputs(site))
        let packing = try packing(site, lowering)
        let packed = packing.packed(lanes: site.lanes)
        let codes = Operand(.constants, offset: lowering.constants.append(packed.codes))
        let scales = Operand(.constants, offset: lowering.constants.append(packed.scales))
        let bias = operation.bias ? Place.fixed(try lowering.paddedVector(site.operands[3])) : .none
        let result = try lowering.makeResult(site.results[0])
        var parameters = BlockDenseParameters(
            inputs: inputs, outputs: operation.units, bits: packing.bits,
            sourceStride: rows == 1 ? Int(source.layout.sampleStride) : inputs,
            destinationStride: rows == 1 ? Int(result.layout.sampleStride) : operation.units)
        parameters.activation = operation.activation.code
        let scratch = lowering.addBuffer("\(site.name) digits", sampleBytes: rows * scratchBytes(site))
        lowering.emit(
            .blockDense, [source.place, .fixed(codes), .fixed(scales), bias, result.place, scratch], parameters,
            label: site.name, multiplyAdds: rows * inputs * operation.units, repeats: rows)
    }

    /// As a dense layer of f32.
    private func emitNumbers(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.readableOperand(site.operands[0])
        let inputs = inputs(site)
        let order = PackParameters(
            form: .forward, outputs: operation.units, inputs: inputs, outputBlock: site.lanes, inputBlock: 1)
        let weights = lowering.packed(
            try packing(site, lowering).numbers, by: .packWeights, order, elements: order.packedElements)
        let bias = operation.bias ? Place.fixed(try lowering.paddedVector(site.operands[3])) : .none
        let result = try lowering.makeResult(site.results[0])
        var parameters = DenseParameters(
            inputs: inputs, outputs: operation.units, sourceStride: Int(source.layout.sampleStride),
            destinationStride: Int(result.layout.sampleStride))
        parameters.activation = operation.activation.code
        lowering.emit(
            .dense, [source.place, .fixed(weights), bias, result.place], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds)
    }

    /// As a product of matrices of f32.
    private func emitProduct(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let (inputs, width) = (inputs(site), MatrixTile(lanes: site.lanes).columns)
        let panels = lowering.packed(
            try packing(site, lowering).numbers, by: .packMatrix,
            PackMatrixParameters(
                lines: operation.units, depth: inputs, width: width, lineStride: inputs, depthStride: 1),
            elements: MatrixTile.packedElements(lines: operation.units, depth: inputs, width: width))
        var contraction = Contraction(
            left: try lowering.factor(site.operands[0]),
            right: Factor(panels: panels, dimensions: [operation.units, inputs], isTransposed: true),
            destination: try lowering.makePlainResult(site.results[0], isOutput: true))
        if operation.bias { contraction.bias = try lowering.plainValue(site.operands[3]).place }
        contraction.activation = operation.activation.code
        try lowering.emit(contraction, site)
    }
}

extension Lowering {
    /// What an instruction makes of numbers that are known, in the constants.
    fileprivate mutating func packed<Parameters: BitwiseCopyable>(
        _ numbers: [Float], by opcode: Opcode, _ parameters: Parameters, elements: Int
    ) -> Operand {
        let packing = ConstantSection.Packing(
            opcode: opcode, parameters: bytes(of: parameters), elements: numbers, first: 0)
        return Operand(.constants, offset: constants.append([(packing: packing, elements: elements)]))
    }
}
