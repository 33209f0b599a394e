import ApusInstructions

func blockDense(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let work = BlockDenseWork(operands, parameters.load(as: BlockDenseParameters.self))
    let outputBlocks = (work.outputs + lanes - 1) / lanes
    let together = work.rowsTogether(samples: samples)
    var first = 0
    while first < samples {
        let end = min(first + together, samples)
        for sample in first..<end { work.cutRow(sample) }
        var block = 0
        while block < outputBlocks {
            // The codes of a few blocks serve all of these rows before the next few are read.
            let outputs = min(blocksTogether(samples: end - first), outputBlocks - block)
            var sample = first
            while sample < end {
                let rows = min(tileRows, end - sample)
                work.compute(block: block, outputs: outputs, sample: sample, rows: rows)
                sample += rows
            }
            block += outputs
        }
        first = end
    }
}

/// The maximum number of rows that are computed together, and of output blocks: registers are enough for their sums.
private let tileRows = 3
@inline(__always)
private func blocksTogether(samples: Int) -> Int {
    #if VECTOR_16
        2
    #else
        samples == 1 ? 2 : 1
    #endif
}

/// The operands of **blockDense**.
struct BlockDenseWork {
    let inputs: Int
    let inputBlocks: Int
    let outputs: Int
    let bits: Int
    let sourceStride: Int
    let destinationStride: Int
    let source: Floats
    let codes: Bytes
    let scales: Floats
    let bias: Floats?
    let destination: Floats
    /// The rows of all samples, as ``DigitRow`` makes them.
    let digits: UnsafeMutablePointer<Int32>
    /// Words from one of them to the next.
    let rowWords: Int
    let floor: Vector
    let ceiling: Vector

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: BlockDenseParameters) {
        inputs = Int(parameters.inputs)
        inputBlocks = BlockDenseParameters.blocks(inputs: inputs)
        outputs = Int(parameters.outputs)
        bits = Int(parameters.bits)
        sourceStride = Int(parameters.sourceStride)
        destinationStride = Int(parameters.destinationStride)
        source = operands.floats(0)
        codes = operands.bytes(1)
        scales = operands.floats(2)
        bias = operands.optionalFloats(3)
        destination = operands.floats(4)
        digits = operands.bytes(5).assumingMemoryBound(to: Int32.self)
        rowWords = inputBlocks * DigitRow.blockWords
        let clips = parameters.activation == Activation.clip.rawValue
        let relu = parameters.activation == Activation.relu.rawValue
        floor = Vector(repeating: relu ? 0 : clips ? parameters.floor : -Float.infinity)
        ceiling = Vector(repeating: clips ? parameters.ceiling : Float.infinity)
    }

    /// How many rows are cut into digits before their products are computed: a tile's, which stay in the nearest cache; all where the
    /// codes don't stay in the next one from some rows to the next.
    func rowsTogether(samples: Int) -> Int {
        outputs * inputBlocks * 4 * bits > 512 * 1024 ? samples : tileRows
    }

    /// Makes the digits of a sample's row.
    func cutRow(_ sample: Int) {
        DigitRow.make(
            of: source + sample * sourceStride, count: inputs, offset: bits == 8 ? 128 : 8,
            at: digits + sample * rowWords)
    }

    func compute(block: Int, outputs: Int, sample: Int, rows: Int) {
        if bits == 8 {
            BlockDenseTiles<8>.compute(self, block, outputs, sample, rows)
        } else {
            BlockDenseTiles<4>.compute(self, block, outputs, sample, rows)
        }
    }
}

/// The tiles of codes of so many bits.
private enum BlockDenseTiles<let bits: Int> {
    @inline(__always)
    static func compute(_ work: BlockDenseWork, _ block: Int, _ outputs: Int, _ sample: Int, _ rows: Int) {
        switch (outputs, rows) {
        case (1, 1): BlockDenseTile<1, 1, bits>.compute(work, block, sample)
        case (_, 1): BlockDenseTile<2, 1, bits>.compute(work, block, sample)
        #if VECTOR_16
            case (2, 2): BlockDenseTile<2, 2, bits>.compute(work, block, sample)
            case (2, _): BlockDenseTile<2, 3, bits>.compute(work, block, sample)
        #endif
        case (_, 2): BlockDenseTile<1, 2, bits>.compute(work, block, sample)
        default: BlockDenseTile<1, 3, bits>.compute(work, block, sample)
        }
    }
}
