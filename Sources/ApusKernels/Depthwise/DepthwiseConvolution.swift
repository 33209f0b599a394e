import ApusInstructions

func depthwiseConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var loops = DepthwiseLoops()
    var memory = TileMemory()
    withUnsafeMutablePointer(to: &loops) { loops in
        withUnsafeMutablePointer(to: &memory) { memory in
            let work = DepthwiseWork(operands, parameters, loops, memory)
            for sample in 0..<samples {
                for block in 0..<parameters.destination.blocks {
                    if parameters.poolHeight > 0 {
                        work.pool(sample: sample, block: block)
                    } else {
                        work.compute(sample: sample, block: block)
                    }
                }
            }
        }
    }
}

/// A depthwise convolution's operands and loops.
struct DepthwiseWork {
    private let parameters: ConvolutionParameters
    private let source: Floats
    private let weights: Floats
    private let bias: Floats?
    private let destination: Floats
    private let argmax: UnsafeMutableRawPointer?
    private let loops: UnsafeMutablePointer<DepthwiseLoops>
    private let memory: TilePointer
    /// Elements of the source between rows and columns of positions.
    private let rowStep: Int
    private let columnStep: Int

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters,
        _ loops: UnsafeMutablePointer<DepthwiseLoops>, _ memory: TilePointer
    ) {
        self.parameters = parameters
        self.loops = loops
        self.memory = memory
        source = operands.floats(0)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        destination = operands.floats(3)
        argmax = parameters.poolHeight > 0 ? operands[4] : nil
        rowStep = Int(parameters.strideY) * parameters.source.rowStride
        columnStep = Int(parameters.strideX) * lanes
        loops.pointee.kernelHeight = Int(parameters.kernelHeight)
        loops.pointee.kernelWidth = Int(parameters.kernelWidth)
        loops.pointee.kernelRow = Int(parameters.dilationY) * parameters.source.rowStride
        loops.pointee.kernelColumn = Int(parameters.dilationX) * lanes
        loops.pointee.rows = Int(parameters.outputHeight)
        loops.pointee.rowStep = rowStep
        loops.pointee.resultRow = parameters.destination.rowStride
        loops.pointee.columnStep = columnStep
        loops.pointee.limits = Limits(
            activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
    }

    /// The source at a block's first position.
    private func origin(sample: Int, block: Int) -> Floats {
        let layout = parameters.source
        return source + sample * Int(layout.sampleStride) + block * layout.blockStride + layout.origin
            - Int(parameters.padTop) * layout.rowStride - Int(parameters.padLeft) * lanes
    }

    private func target(sample: Int, block: Int) -> Floats {
        let result = parameters.destination
        return destination + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
    }

    private func vectors(block: Int) -> Floats {
        weights + block * Int(parameters.kernelHeight) * Int(parameters.kernelWidth) * lanes
    }

    /// Computes all positions of a block.
    func compute(sample: Int, block: Int) {
        compute(origin(sample: sample, block: block), target(sample: sample, block: block), block: block)
    }

    /// Computes all positions of a block, of which `origin` is the source at the first, and `target` the destination.
    func compute(_ origin: Floats, _ target: Floats, block: Int) {
        loops.pointee.start = bias?.vector(at: block * lanes) ?? Vector()
        let vectors = vectors(block: block)
        let columns = Int(parameters.outputWidth)
        switch (parameters.dilationX == 1 ? parameters.kernelWidth : 0, parameters.strideX) {
        case (3, 1): DepthwiseImage<3, 1>.compute(loops, origin, vectors, target, columns: columns)
        case (3, 2): DepthwiseImage<3, 2>.compute(loops, origin, vectors, target, columns: columns)
        case (5, 1): DepthwiseImage<5, 1>.compute(loops, origin, vectors, target, columns: columns)
        case (5, 2): DepthwiseImage<5, 2>.compute(loops, origin, vectors, target, columns: columns)
        default: DepthwiseImage<0, 0>.compute(loops, origin, vectors, target, columns: columns)
        }
    }

    /// Computes all windows of a block, one position of some windows at a time.
    func pool(sample: Int, block: Int) {
        let (windowHeight, windowWidth) = (Int(parameters.poolHeight), Int(parameters.poolWidth))
        let rows = Int(parameters.outputHeight) / windowHeight
        let columns = Int(parameters.outputWidth) / windowWidth
        memory.pointee.loops.middle = .init(
            count: loops.pointee.kernelHeight, scalarStep: loops.pointee.kernelRow,
            vectorStep: loops.pointee.kernelWidth * lanes)
        memory.pointee.loops.terms = loops.pointee.kernelWidth
        memory.pointee.loops.scalarStep = loops.pointee.kernelColumn
        memory.pointee.loops.columnStep = columnStep * windowWidth
        memory.pointee.loops.firstStart = bias?.vector(at: block * lanes) ?? Vector()
        let (origin, target) = (origin(sample: sample, block: block), target(sample: sample, block: block))
        let firstArgmax = sample * Int(parameters.argmaxStride) + block * rows * columns * lanes
        let tiles = (columns + depthwiseColumns - 1) / depthwiseColumns
        for row in 0..<rows {
            var column = 0
            for tile in 0..<tiles {
                let width = (columns - column) / (tiles - tile)
                scan(
                    origin + row * windowHeight * rowStep + column * windowWidth * columnStep, vectors(block: block),
                    width, target + row * loops.pointee.resultRow + column * lanes,
                    argmax.map { $0 + firstArgmax + (row * columns + column) * lanes })
                column += width
            }
        }
    }

    private func scan(
        _ scalars: Floats, _ vectors: Floats, _ width: Int, _ target: Floats, _ bytes: UnsafeMutableRawPointer?
    ) {
        let windowWidth = Int(parameters.poolWidth)
        for position in 0..<Int(parameters.poolHeight) * windowWidth {
            sumDepthwiseTile(
                columns: width, memory,
                scalars + position / windowWidth * rowStep + position % windowWidth * columnStep, vectors)
            for column in 0..<width {
                takeNext(
                    memory.pointee.sums[column], position, &memory.pointee.maximum[column],
                    &memory.pointee.argmaxes[column])
            }
        }
        for column in 0..<width {
            let result = loops.pointee.limits.applied(to: memory.pointee.maximum[column])
            target.store(result, at: column * lanes)
            guard let bytes else { continue }
            var chosen = memory.pointee.argmaxes[column]
            if loops.pointee.limits.relu { chosen = chosenAboveZero(chosen, result) }
            storeBytes(of: chosen, at: bytes + column * lanes)
        }
    }
}
