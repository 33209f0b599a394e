import ApusInstructions

func attention(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: AttentionParameters.self).pointee
    let work = AttentionWork(operands, parameters)
    let shared = Int(parameters.heads / parameters.keyHeads)
    for sample in 0..<samples {
        for keyHead in 0..<Int(parameters.keyHeads) {
            work.packKeys(sample, keyHead)
            for head in keyHead &* shared..<(keyHead + 1) &* shared { work.compute(sample, head, keyHead) }
        }
    }
}

private struct AttentionWork {
    private let parameters: AttentionParameters
    private let operands: UnsafePointer<UnsafeMutableRawPointer?>
    private let scores: AttentionScores
    private let packedKeys: Floats
    private let block: Floats
    private let factors: Floats
    private let scratch: Floats

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: AttentionParameters) {
        self.operands = operands
        self.parameters = parameters
        scores = AttentionScores(parameters, mask: operands.optionalFloats(3), lengths: operands[4])
        packedKeys = operands.floats(7)
        block =
            packedKeys
            + MatrixTile.packedElements(lines: Int(parameters.keys), depth: Int(parameters.size), width: 2 &* lanes)
        factors = block + AttentionParameters.rowsTogether &* scores.rowStride
        scratch = factors + AttentionParameters.rowsTogether
    }

    func packKeys(_ sample: Int, _ keyHead: Int) {
        packPanels(
            operands.floats(1) + parameters.key.offset(sample, keyHead), lineStride: Int(parameters.key.rowStride),
            depthStride: 1, lines: scores.length(sample), depth: Int(parameters.size), width: 2 &* lanes, to: packedKeys
        )
    }

    func compute(_ sample: Int, _ head: Int, _ keyHead: Int) {
        let query = operands.floats(0) + parameters.query.offset(sample, head)
        let value = operands.floats(2) + parameters.value.offset(sample, keyHead)
        let output = operands.floats(5) + parameters.output.offset(sample, head)
        let logarithms = operands.optionalFloats(6).map {
            $0 + sample &* Int(parameters.logarithmStride) + head &* Int(parameters.queries)
        }
        let valueSize = Int(parameters.valueSize)
        var first = 0
        while first < Int(parameters.queries) {
            let rows = min(AttentionParameters.rowsTogether, Int(parameters.queries) - first)
            let keys = scores.visible(first + rows - 1, sample)
            scores.product(rows: rows, keys: keys).compute(
                query + first &* Int(parameters.query.rowStride), packedKeys, block, scratch: scratch)
            for row in 0..<rows {
                let result = scores.exponentials(
                    block + row &* scores.rowStride, sample, head, row: first + row, keys: keys)
                factors[row] = result.sum == 0 ? 0 : 1 / result.sum
                logarithms?[first + row] = result.logarithm
            }
            let destination = output + first &* Int(parameters.output.rowStride)
            MatrixProduct(
                rows: rows, columns: valueSize, depth: keys, left: MatrixSteps(row: scores.rowStride, column: 1),
                right: MatrixSteps(row: Int(parameters.value.rowStride), column: 1),
                destination: MatrixSteps(row: Int(parameters.output.rowStride), column: 1)
            ).compute(block, value, destination, scratch: scratch)
            for row in 0..<rows {
                multiply(destination + row &* Int(parameters.output.rowStride), count: valueSize, by: factors[row])
            }
            first += rows
        }
    }
}

/// Multiplies `count` elements by a number.
private func multiply(_ elements: Floats, count: Int, by factor: Float) {
    var index = 0
    while index + lanes <= count {
        elements.store(elements.vector(at: index) * factor, at: index)
        index += lanes
    }
    if index < count {
        storeFirst(firstElements(elements + index, count - index) * factor, elements + index, count - index)
    }
}

extension HeadLayout {
    @inline(__always)
    func offset(_ sample: Int, _ head: Int) -> Int { sample &* Int(sampleStride) + head &* Int(headStride) }
}
