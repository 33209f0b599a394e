internal import ApusInstructions

// Moves, pooling, element-wise programs, loops, rows, batch norm, random numbers, updates.

extension Extents {
    func relayout() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(RelayoutParameters.self)
        let source = try CheckedImage(parameters.source, "source")
        let destination = try CheckedImage(parameters.destination, "destination")
        try require(source.hasSamePicture(as: destination), "source and destination are different pictures")
        return [extent("source", .read, source), extent("destination", .write, destination)]
    }

    func clearBorder() throws(ParameterError) -> [OperandExtent] {
        [extent("buffer", .write, try CheckedImage(load(ImageLayout.self), "buffer"))]
    }

    func fill() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(FillParameters.self)
        let count = try notNegative(parameters.count, "the count")
        return [
            extent("buffer", .write, elements: elements(count, every: try notNegative(parameters.stride, "the stride")))
        ]
    }

    func spread() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(SpreadParameters.self)
        let source = try CheckedImage(parameters.source, "source")
        let destination = try CheckedImage(parameters.destination, "destination")
        let height = product(source.height - 1, try positive(parameters.strideY, "the stride")) + 1
        let width = product(source.width - 1, try positive(parameters.strideX, "the stride")) + 1
        try require(
            height <= destination.height && width <= destination.width && source.block == destination.block
                && parameters.source.channels == parameters.destination.channels,
            "the spread picture of \(height) × \(width) does not fit the destination")
        return [extent("source", .read, source), extent("destination", .write, destination)]
    }

    // MARK: Pooling

    private struct PoolGeometry {
        var source: CheckedImage
        var destination: CheckedImage
        var choices: Int
    }

    private func poolGeometry(isUnpool: Bool = false) throws(ParameterError) -> PoolGeometry {
        let parameters = try load(PoolParameters.self)
        let source = try CheckedImage(parameters.source, "source")
        let destination = try CheckedImage(parameters.destination, "destination")
        try require(
            source.block == lanes && destination.block == lanes
                && parameters.source.channels == parameters.destination.channels,
            "source and destination have different channels or a block that is not \(lanes)")
        let windowHeight = try check(parameters.windowHeight, 1...(1 << 16), "the window's height")
        let windowWidth = try check(parameters.windowWidth, 1...(1 << 16), "the window's width")
        let strideY = try positive(parameters.strideY, "the stride")
        let strideX = try positive(parameters.strideX, "the stride")
        let padTop = try check(parameters.padTop, 0...(windowHeight - 1), "the padding")
        let padLeft = try check(parameters.padLeft, 0...(windowWidth - 1), "the padding")
        _ = try check(parameters.countPadding, 0...1, "the choice to count padding")
        // Each window has a place inside of the picture, or there would be nothing to pool.
        try require(
            product(destination.height - 1, strideY) - padTop < source.height
                && product(destination.width - 1, strideX) - padLeft < source.width,
            "the last window is outside of the source")
        if isUnpool {
            try require(
                padTop == 0 && padLeft == 0 && strideY >= windowHeight && strideX >= windowWidth
                    && product(destination.height - 1, strideY) + windowHeight <= source.height
                    && product(destination.width - 1, strideX) + windowWidth <= source.width,
                "the windows overlap, are padded, or leave the source")
        }
        let choiceStride = try notNegative(parameters.choiceStride, "the choice's stride")
        return PoolGeometry(
            source: source, destination: destination,
            choices: elements(destination.pictureElements, every: choiceStride))
    }

    func maxPool() throws(ParameterError) -> [OperandExtent] {
        let pool = try poolGeometry()
        return [
            extent("source", .read, pool.source), extent("destination", .write, pool.destination),
            extent("choice", .write, elements: pool.choices, of: 1, isOptional: true),
        ]
    }

    func maxPoolGradient() throws(ParameterError) -> [OperandExtent] {
        let pool = try poolGeometry()
        return [
            extent("source", .read, pool.source), extent("destination gradient", .read, pool.destination),
            extent("source gradient", .write, pool.source),
        ]
    }

    func maxUnpool() throws(ParameterError) -> [OperandExtent] {
        let pool = try poolGeometry(isUnpool: true)
        return [
            extent("choice", .read, elements: pool.choices, of: 1),
            extent("destination gradient", .read, pool.destination),
            extent("source gradient", .write, pool.source),
        ]
    }

    func averagePool() throws(ParameterError) -> [OperandExtent] {
        let pool = try poolGeometry()
        return [extent("source", .read, pool.source), extent("destination", .write, pool.destination)]
    }

    func averagePoolGradient() throws(ParameterError) -> [OperandExtent] {
        let pool = try poolGeometry()
        return [
            extent("destination gradient", .read, pool.destination), extent("source gradient", .write, pool.source),
        ]
    }

    // MARK: Element by element

    func elementwise() throws(ParameterError) -> [OperandExtent] {
        let header = MemoryLayout<ElementwiseParameters>.size
        let stepBytes = MemoryLayout<ElementwiseStep>.stride
        let trailing = parameters.count - header
        try require(trailing >= 0 && trailing % stepBytes == 0, "the parameters have \(parameters.count) bytes")
        let program = try load(ElementwiseParameters.self, trailing: trailing)
        let count = try notNegative(program.count, "the count")
        let sources = try check(program.sources, 0...4, "the number of sources")
        let steps = try check(program.steps, 1...(1 << 20), "the number of steps")
        try require(
            steps * stepBytes == trailing, "the program has \(trailing / stepBytes) steps instead of \(steps)")
        let registers = 0...(ElementwiseStep.registers - 1)
        for index in 0..<steps {
            let step = unsafe parameters.withUnsafeBytes {
                unsafe $0.load(fromByteOffset: header + index * stepBytes, as: ElementwiseStep.self)
            }
            try require(
                ElementwiseStep.Operation(rawValue: step.operation) != nil, "there is no operation \(step.operation)")
            for register in [step.first, step.second, step.result] { _ = try check(register, registers, "a register") }
        }
        let strides = [program.stride0, program.stride1, program.stride2, program.stride3]
        var extents: [OperandExtent] = []
        for index in 0..<sources {
            let stride = try notNegative(strides[index], "the stride of source \(index)")
            extents.append(extent("source \(index)", .read, elements: elements(count, every: stride)))
        }
        let stride = try notNegative(program.destinationStride, "the destination's stride")
        return extents + [extent("destination", .write, elements: elements(count, every: stride))]
    }

    func broadcast() throws(ParameterError) -> [OperandExtent] {
        let loops = try load(BroadcastParameters.self)
        let operation = ElementwiseStep.Operation(rawValue: loops.operation)
        try require(
            [.add, .subtract, .multiply, .divide, .maximum, .minimum, .greater].contains(operation),
            "operation \(loops.operation) has not two operands")
        return [
            try loopExtent("first", .read, loops, loops.firstStrides, loops.firstSampleStride),
            try loopExtent("second", .read, loops, loops.secondStrides, loops.secondSampleStride),
            try loopExtent("destination", .write, loops, loops.destinationStrides, loops.destinationSampleStride),
        ]
    }

    func reduceSum() throws(ParameterError) -> [OperandExtent] {
        let loops = try load(BroadcastParameters.self)
        let accumulate = try check(loops.accumulate, 0...1, "the choice to accumulate")
        return [
            try loopExtent("source", .read, loops, loops.firstStrides, loops.firstSampleStride),
            try loopExtent(
                "destination", accumulate == 1 ? .update : .write, loops, loops.destinationStrides,
                loops.destinationSampleStride),
        ]
    }

    /// What six loops and the samples touch. Strides may be negative.
    private func loopExtent(
        _ name: String, _ access: OperandExtent.Access, _ loops: BroadcastParameters,
        _ strides: BroadcastParameters.Six, _ sampleStride: Int32
    ) throws(ParameterError) -> OperandExtent {
        let counts = loops.extents
        // A stride of 0 touches no more memory however long the loop is; but somebody waits for it.
        var turns = 1
        for count in [counts.0, counts.1, counts.2, counts.3, counts.4, counts.5] {
            turns = product(turns, try positive(count, "an extent"))
        }
        try require(turns <= Int(Int32.max), "the loops have \(turns) turns")
        var lowest = 0
        var highest = 0
        for (count, stride) in [
            (counts.0, strides.0), (counts.1, strides.1), (counts.2, strides.2), (counts.3, strides.3),
            (counts.4, strides.4), (counts.5, strides.5), (Int32(clamping: samples), sampleStride),
        ] {
            let reach = product(try positive(count, "an extent") - 1, abs(Int(stride)))
            if stride < 0 { lowest -= reach } else { highest += reach }
        }
        return OperandExtent(
            name: name, bytes: (4 * lowest)..<(4 * (highest + 1)), access: access, isOptional: false, elementBytes: 4)
    }

    // MARK: Rows

    private func rowElements(_ rows: RowParameters, stride: Int32? = nil) throws(ParameterError) -> Int {
        let count = try positive(rows.count, "the count")
        let number = try positive(rows.rows, "the number of rows")
        let rowStride = try notNegative(rows.rowStride, "the row stride")
        try require(number == 1 || rowStride >= count, "rows of \(count) are \(rowStride) apart")
        return elements(
            product(number - 1, rowStride) + count,
            every: try notNegative(stride ?? rows.sampleStride, "the sample stride"))
    }

    /// Operands of one layout, the last of which is written.
    func rows(_ names: [String]) throws(ParameterError) -> [OperandExtent] {
        let count = try rowElements(load(RowParameters.self))
        return names.enumerated().map { index, name in
            extent(name, index + 1 == names.count ? .write : .read, elements: count)
        }
    }

    /// A source, and a result of the same rows whose samples have a stride of their own.
    func softmax() throws(ParameterError) -> [OperandExtent] {
        let rows = try load(RowParameters.self)
        return [
            extent("source", .read, elements: try rowElements(rows)),
            extent("destination", .write, elements: try rowElements(rows, stride: rows.resultStride)),
        ]
    }

    private func labels(_ rows: RowParameters) throws(ParameterError) -> OperandExtent {
        let stride = try notNegative(rows.labelStride, "the label stride")
        return extent("labels", .read, elements: elements(try positive(rows.rows, "the number of rows"), every: stride))
    }

    func loss(_ source: String) throws(ParameterError) -> [OperandExtent] {
        let rows = try load(RowParameters.self)
        return [
            extent(source, .read, elements: try rowElements(rows)), try labels(rows),
            extent("loss", .update, elements: 1), arguments,
        ]
    }

    func lossGradient(_ source: String) throws(ParameterError) -> [OperandExtent] {
        let rows = try load(RowParameters.self)
        let count = try rowElements(rows)
        return [
            extent(source, .read, elements: count), try labels(rows), extent("loss gradient", .read, elements: 1),
            extent("source gradient", .write, elements: count), arguments,
        ]
    }

    // MARK: Batch norm

    private func batchNormImages() throws(ParameterError) -> (source: CheckedImage, destination: CheckedImage) {
        let parameters = try load(BatchNormParameters.self)
        let source = try CheckedImage(parameters.source, "source")
        let destination = try CheckedImage(parameters.destination, "destination")
        try require(source.hasSamePicture(as: destination), "source and destination are different pictures")
        try require(source.block == lanes && destination.block == lanes, "a block is not \(lanes)")
        return (source, destination)
    }

    func batchNormTraining() throws(ParameterError) -> [OperandExtent] {
        let (source, destination) = try batchNormImages()
        let channels = source.paddedChannels
        return [
            extent("source", .read, source), extent("scale", .read, elements: channels),
            extent("bias", .read, elements: channels), extent("destination", .write, destination),
            extent("mean", .write, elements: channels), extent("variance", .write, elements: channels),
        ]
    }

    func batchNormGradient() throws(ParameterError) -> [OperandExtent] {
        let (source, destination) = try batchNormImages()
        let channels = source.paddedChannels
        return [
            extent("source", .read, source), extent("destination gradient", .read, destination),
            extent("scale", .read, elements: channels), extent("mean", .read, elements: channels),
            extent("variance", .read, elements: channels), extent("source gradient", .write, source),
            extent("scale gradient", .update, elements: channels),
            extent("bias gradient", .update, elements: channels),
        ]
    }

    func batchNormInference() throws(ParameterError) -> [OperandExtent] {
        let (source, destination) = try batchNormImages()
        let channels = source.paddedChannels
        return [
            extent("source", .read, source), extent("scale", .read, elements: channels),
            extent("bias", .read, elements: channels), extent("mean", .read, elements: channels),
            extent("variance", .read, elements: channels), extent("destination", .write, destination),
        ]
    }

    // MARK: Random numbers and updates

    func random() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(RandomParameters.self)
        let count = try notNegative(parameters.count, "the count")
        let sourceStride = try notNegative(parameters.sourceStride, "the source's stride")
        let destinationStride = try notNegative(parameters.destinationStride, "the destination's stride")
        return [
            extent("source", .read, elements: elements(count, every: sourceStride)),
            extent("destination", .write, elements: elements(count, every: destinationStride)), arguments,
        ]
    }

    func reduceShards() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(ReduceParameters.self)
        let count = try notNegative(parameters.count, "the count")
        let shards = try positive(parameters.shards, "the number of shards")
        let stride = try notNegative(parameters.stride, "the stride")
        try require(shards == 1 || stride >= count, "shards of \(count) are \(stride) apart")
        return [
            extent("shards", .read, elements: product(shards - 1, stride) + count),
            extent("sum", .write, elements: count),
        ]
    }

    func optimizer(_ moments: [String], hasGradients: Bool) throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(OptimizerParameters.self)
        let count = try notNegative(parameters.count, "the count")
        var extents = [extent("parameters", hasGradients ? .update : .read, elements: count)]
        if hasGradients { extents.append(extent("gradients", .read, elements: count)) }
        extents += moments.map { extent($0, .update, elements: count) }
        if hasGradients { extents.append(extent("status", .update, elements: 2)) }
        return extents + [arguments]
    }
}
