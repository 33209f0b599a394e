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
    func candidate(
        _ site: Site, _ form: WordPacking.Form,
        emit: @escaping @Sendable (WordPacking, inout Lowering) throws(LoweringError) -> Void
    ) -> Candidate {
        let packing = WordPacking(shape(site), form, lanes: site.lanes)
        return Candidate(
            name: "bytes by \(form)",
            demands: [
                Candidate.Demand(value: site.operands[0], border: packing.sourceBorder, fill: sourceZero)
            ]
        ) { (lowering: inout Lowering) throws(LoweringError) in
            try emit(packing, &lowering)
        }
    }

    /// The images that it reads.
    func source(_ site: Site, _ packing: WordPacking, _ lowering: inout Lowering) throws(LoweringError) -> Stored {
        try lowering.byteOperand(
            site.operands[0], border: packing.sourceBorder, isBlocked: packing.form != .columns, zero: sourceZero)
    }

    /// The tile that is estimated to be the fastest.
    func tile(_ site: Site, _ parameters: ConvolutionParameters, _ lowering: borrowing Lowering) -> ConvolutionTile {
        WordCostModel.bytes(stride: parameters.strideX, lanes: site.lanes)
            .fastestTile(for: parameters, samples: lowering.plan.microBatch)
    }

    /// The packed weights, and the bias with what the source's zero adds to the sums taken away.
    ///
    /// - Parameter bias: the operand that is the bias; nil where there is none.
    func constants(
        _ site: Site, _ packing: WordPacking, bias index: Int?, _ lowering: inout Lowering
    ) throws(LoweringError) -> [Place] {
        let weights = try lowering.fixedElements(of: site.operands[1], site)
        let bias: Elements
        if let index {
            bias = try lowering.fixedElements(of: site.operands[index], site)
        } else {
            bias = .integers([Int](repeating: 0, count: convolution.filters))
        }
        let starts = packing.bias(bias, less: sourceZero, times: weights)
        let offsets = [
            lowering.constants.append(packing.weights(weights)), lowering.constants.append(bytes(of: starts)),
        ]
        return offsets.map { .fixed(Operand(.constants, offset: $0)) }
    }
}

/// The little-endian bytes of numbers.
private func bytes(of numbers: [Int32]) -> [UInt8] {
    numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}
