import ApusInstructions

func attentionGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: AttentionGradientParameters.self).pointee
    let work = AttentionGradientWork(operands, parameters)
    let shared = Int(parameters.forward.heads / parameters.forward.keyHeads)
    for sample in 0..<samples {
        for keyHead in 0..<Int(parameters.forward.keyHeads) {
            work.start(sample, keyHead)
            for head in keyHead &* shared..<(keyHead + 1) &* shared { work.compute(sample, head, keyHead) }
        }
    }
}

private struct AttentionGradientWork {
    private let parameters: AttentionGradientParameters
    private let operands: UnsafePointer<UnsafeMutableRawPointer?>
    private let scores: AttentionScores
    private let size: Int
    private let valueSize: Int
    private let packedKeys: Floats
    private let packedValues: Floats
    private let probabilities: Floats
    private let gradients: Floats
    private let scratch: Floats

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: AttentionGradientParameters) {
        self.operands = operands
        self.parameters = parameters
        let forward = parameters.forward
        (size, valueSize) = (Int(forward.size), Int(forward.valueSize))
        scores = AttentionScores(forward, mask: operands.optionalFloats(4), lengths: operands[5])
        let width = 2 &* lanes
        packedKeys = operands.floats(11)
        packedValues = packedKeys + MatrixTile.packedElements(lines: Int(forward.keys), depth: size, width: width)
        probabilities =
            packedValues + MatrixTile.packedElements(lines: Int(forward.keys), depth: valueSize, width: width)
        gradients = probabilities + AttentionParameters.rowsTogether &* scores.rowStride
        scratch = gradients + AttentionParameters.rowsTogether &* scores.rowStride
    }

    /// Packs a key head's keys and values, and clears their gradients.
    func start(_ sample: Int, _ keyHead: Int) {
        let forward = parameters.forward
        let length = scores.length(sample)
        packPanels(
            operands.floats(2) + forward.key.offset(sample, keyHead), lineStride: Int(forward.key.rowStride),
            depthStride: 1, lines: length, depth: size, width: 2 &* lanes, to: packedKeys)
        packPanels(
            operands.floats(3) + forward.value.offset(sample, keyHead), lineStride: Int(forward.value.rowStride),
            depthStride: 1, lines: length, depth: valueSize, width: 2 &* lanes, to: packedValues)
        let keyGradient = operands.floats(9) + parameters.keyGradient.offset(sample, keyHead)
        let valueGradient = operands.floats(10) + parameters.valueGradient.offset(sample, keyHead)
        for key in 0..<Int(forward.keys) {
            fill(keyGradient + key &* Int(parameters.keyGradient.rowStride), count: size, with: 0)
            fill(valueGradient + key &* Int(parameters.valueGradient.rowStride), count: valueSize, with: 0)
        }
    }

    func compute(_ sample: Int, _ head: Int, _ keyHead: Int) {
        let queries = Int(parameters.forward.queries)
        var first = 0
        while first < queries {
            let rows = min(AttentionParameters.rowsTogether, queries - first)
            let keys = scores.visible(first + rows - 1, sample)
            setProbabilities(sample, head, first: first, rows: rows, keys: keys)
            setGradients(sample, head, first: first, rows: rows, keys: keys)
            multiply(sample, head, keyHead, first: first, rows: rows, keys: keys)
            first += rows
        }
    }

    private func setProbabilities(_ sample: Int, _ head: Int, first: Int, rows: Int, keys: Int) {
        let forward = parameters.forward
        let query =
            operands.floats(1) + forward.query.offset(sample, head) + first &* Int(forward.query.rowStride)
        scores.product(rows: rows, keys: keys).compute(query, packedKeys, probabilities, scratch: scratch)
        let logarithms =
            operands.floats(7) + sample &* Int(forward.logarithmStride) + head &* Int(forward.queries) + first
        for row in 0..<rows {
            scores.probabilities(
                probabilities + row &* scores.rowStride, sample, head, row: first + row, keys: keys,
                logarithm: logarithms[row])
        }
    }

    /// The gradients of the unscaled products of queries and keys.
    private func setGradients(_ sample: Int, _ head: Int, first: Int, rows: Int, keys: Int) {
        let forward = parameters.forward
        let outputGradient = outputGradient(sample, head, first)
        var product = MatrixProduct(
            rows: rows, columns: keys, depth: valueSize,
            left: MatrixSteps(row: Int(parameters.outputGradient.rowStride), column: 1),
            right: MatrixSteps(row: 0, column: 1), destination: MatrixSteps(row: scores.rowStride, column: 1))
        product.isRightPacked = true
        product.compute(outputGradient, packedValues, gradients, scratch: scratch)
        let output =
            operands.floats(6) + forward.output.offset(sample, head) + first &* Int(forward.output.rowStride)
        for row in 0..<rows {
            let mean = dot(
                outputGradient + row &* Int(parameters.outputGradient.rowStride),
                output + row &* Int(forward.output.rowStride), count: valueSize)
            let (rowGradients, rowProbabilities) = (
                gradients + row &* scores.rowStride, probabilities + row &* scores.rowStride
            )
            var key = 0
            while key < keys {
                let difference = rowGradients.vector(at: key) - Vector(repeating: mean)
                rowGradients.store(rowProbabilities.vector(at: key) * difference * forward.scale, at: key)
                key += lanes
            }
        }
    }

    /// The gradients of the rows' queries, and what they add to those of keys and values.
    private func multiply(_ sample: Int, _ head: Int, _ keyHead: Int, first: Int, rows: Int, keys: Int) {
        let forward = parameters.forward
        let query =
            operands.floats(1) + forward.query.offset(sample, head) + first &* Int(forward.query.rowStride)
        let queryGradient =
            operands.floats(8) + parameters.queryGradient.offset(sample, head)
            + first &* Int(parameters.queryGradient.rowStride)
        let block = MatrixSteps(row: scores.rowStride, column: 1)
        MatrixProduct(
            rows: rows, columns: size, depth: keys, left: block,
            right: MatrixSteps(row: Int(forward.key.rowStride), column: 1),
            destination: MatrixSteps(row: Int(parameters.queryGradient.rowStride), column: 1)
        ).compute(
            gradients, operands.floats(2) + forward.key.offset(sample, keyHead), queryGradient, scratch: scratch)
        var product = MatrixProduct(
            rows: keys, columns: size, depth: rows, left: block.transposed,
            right: MatrixSteps(row: Int(forward.query.rowStride), column: 1),
            destination: MatrixSteps(row: Int(parameters.keyGradient.rowStride), column: 1))
        product.accumulates = true
        product.compute(
            gradients, query, operands.floats(9) + parameters.keyGradient.offset(sample, keyHead), scratch: scratch)
        product.columns = valueSize
        product.right.row = Int(parameters.outputGradient.rowStride)
        product.destination.row = Int(parameters.valueGradient.rowStride)
        product.compute(
            probabilities, outputGradient(sample, head, first),
            operands.floats(10) + parameters.valueGradient.offset(sample, keyHead), scratch: scratch)
    }

    @inline(__always)
    private func outputGradient(_ sample: Int, _ head: Int, _ row: Int) -> Floats {
        operands.floats(0) + parameters.outputGradient.offset(sample, head)
            + row &* Int(parameters.outputGradient.rowStride)
    }
}

/// The sum of the products of two rows of `count` elements.
private func dot(_ first: Floats, _ second: Floats, count: Int) -> Float {
    var sum = Vector()
    var index = 0
    while index + lanes <= count {
        sum = multiplyAdd(sum, first.vector(at: index), second.vector(at: index))
        index += lanes
    }
    if index < count {
        let left = count - index
        sum = multiplyAdd(sum, firstElements(first + index, left), firstElements(second + index, left))
    }
    return sumOfLanes(sum)
}
