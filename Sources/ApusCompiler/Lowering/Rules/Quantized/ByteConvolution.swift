import ApusGraph
import ApusInstructions
import ApusPlan

/// What the rules of convolutions of bytes have in common: on blocks of channels, or on plain images where four neighbouring columns are read
/// at a time.
struct ByteConvolution: Sendable {
    let convolution: Convolution2D
    let sourceZero: Int

    func shape(_ site: Site) -> ConvolutionShape {
        ConvolutionShape(convolution, source: site.type(site.operands[0]))
    }

    func sharedWeightBytes(_ site: Site) -> Int {
        let geometry = shape(site).geometry
        // Where there are many positions they share the weights.
        guard geometry.outputHeight * geometry.outputWidth == 1 else { return 0 }
        return site.context.samples.shape(site.operands[1])?.reduce(1, *) ?? 0
    }

    /// Words of channels, or of columns where that takes no more of them.
    func form(_ site: Site, _ layouts: LayoutChoice) -> WordPacking.Form {
        !layouts.isBlocked(site.operands[0]) && WordPacking.readsColumns(shape(site)) ? .columns : .channels
    }

    /// The way to compute it with such words.
    ///
    /// - Parameter cycles: where there are others, as for all candidates.
    func candidate(
        _ site: Site, _ form: WordPacking.Form, cycles: Double = 0,
        emit: @escaping @Sendable (WordPacking, inout Lowering) throws(LoweringError) -> Void
    ) -> Candidate {
        let packing = WordPacking(shape(site), form, lanes: site.lanes)
        return Candidate(
            name: "bytes by \(form)", cycles: cycles,
            demands: [
                Candidate.Demand(value: site.operands[0], border: packing.sourceBorder, fill: sourceZero)
            ]
        ) { (lowering: inout Lowering) throws(LoweringError) in
            try emit(packing, &lowering)
        }
    }

    /// The images that it reads, with at least this border.
    func source(
        _ site: Site, _ packing: WordPacking, border: Border, _ lowering: inout Lowering
    ) throws(LoweringError) -> Stored {
        try lowering.byteOperand(
            site.operands[0], border: border, isBlocked: packing.form != .columns, zero: sourceZero)
    }

    /// The tile that is estimated to be the fastest.
    func tile(_ site: Site, _ parameters: ConvolutionParameters, _ lowering: borrowing Lowering) -> ConvolutionTile {
        WordCostModel.bytes(stride: parameters.strideX, lanes: site.lanes)
            .fastestTile(for: parameters, samples: lowering.plan.microBatch)
    }

    /// The bias up to whole blocks, with what the source's zero adds to the sums taken away.
    ///
    /// - Parameter index: the operand that is the bias; nil where there is none.
    func bias(
        _ site: Site, _ packing: WordPacking, operand index: Int?, _ lowering: borrowing Lowering
    ) throws(LoweringError) -> [Int32] {
        let weights = try lowering.fixedElements(of: site.operands[1], site)
        let bias: Elements
        if let index {
            bias = try lowering.fixedElements(of: site.operands[index], site)
        } else {
            bias = .integers([Int](repeating: 0, count: convolution.filters))
        }
        return packing.bias(bias, less: sourceZero, times: weights)
    }
}

extension Lowering {
    /// Bytes of packed weights as a constant of the plan.
    mutating func constant(_ bytes: [UInt8]) -> Place {
        .fixed(Operand(.constants, offset: constants.append(bytes)))
    }

    /// Whole numbers as a constant of the plan.
    mutating func constant(_ numbers: [Int32]) -> Place { constant(bytes(of: numbers)) }

    /// Numbers as a constant of the plan.
    mutating func constant(_ numbers: [Float]) -> Place {
        .fixed(Operand(.constants, offset: constants.append(numbers)))
    }
}

/// The little-endian bytes of numbers.
private func bytes(of numbers: [Int32]) -> [UInt8] {
    numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}
