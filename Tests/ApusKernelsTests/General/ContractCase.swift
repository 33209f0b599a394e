import ApusInstructions

/// A random product: how everything lies, and its numbers.
struct ContractCase: CustomStringConvertible {
    var parameters: ContractParameters
    let samples: Int
    var description: String { "\(samples) samples, \(parameters)" }

    init(_ random: inout SeededGenerator) {
        samples = random.int(1...4)
        func extent() -> Int {
            let kind = random.int(0...19)
            return kind == 0 ? 0 : kind < 5 ? 1 : kind < 15 ? random.int(2...20) : random.int(21...150)
        }
        let (rows, columns) = (extent(), extent())
        let depth = random.chance(5) ? random.int(250...600) : extent()
        let batch = [random.chance(70) ? 1 : random.int(0...3), random.chance(70) ? 1 : 2]
        let isSum = random.chance(25)
        parameters = ContractParameters(
            rows: rows, columns: columns, depth: depth,
            left: Self.layout(rows, depth, batch, &random, mayShare: true),
            right: Self.layout(depth, columns, batch, &random, mayShare: true),
            destination: Self.layout(rows, columns, batch, &random, mayShare: false))
        parameters.batch = [1, Int32(batch[0]), 1, 1, Int32(batch[1]), 1]
        if isSum { parameters.destination.sampleStride = 0 }
        parameters.accumulate = isSum || random.chance(20) ? 1 : 0
        parameters.activation = parameters.accumulate == 1 ? 0 : Int32(random.int(0...1))
        parameters.biasAlongRows = Int32(random.int(0...1))
        parameters.alpha = random.chance(70) ? 1 : 0.5
    }

    /// A layout with gaps, transposed or not. Samples often lie so that they are more rows, columns or terms.
    private static func layout(
        _ rows: Int, _ columns: Int, _ batch: [Int], _ random: inout SeededGenerator, mayShare: Bool
    ) -> MatrixLayout {
        let isTransposed = random.chance(40)
        let step = random.chance(10) ? 2 : 1
        let inner = max(isTransposed ? rows : columns, 1) * step
        let outer = inner + (random.chance(50) ? 0 : random.int(1...3))
        var size = max(isTransposed ? columns : rows, 1) * outer
        var layout = MatrixLayout(
            rowStride: isTransposed ? step : outer, columnStride: isTransposed ? outer : step)
        for (dimension, extent) in zip([4, 1], batch.reversed()) {
            if mayShare && random.chance(30) { continue }
            layout.batchStrides[dimension] = Int32(size)
            size *= max(extent, 1)
        }
        layout.sampleStride = Int32(mayShare && random.chance(40) ? 0 : size + (random.chance(70) ? 0 : 3))
        return layout
    }

    /// Elements of an operand.
    func elements(_ layout: MatrixLayout, _ rows: Int32, _ columns: Int32) -> Int {
        var last = (samples - 1) * Int(layout.sampleStride)
        var extents = [(rows, layout.rowStride), (columns, layout.columnStride)]
        for dimension in 0..<6 { extents.append((parameters.batch[dimension], layout.batchStrides[dimension])) }
        for (extent, stride) in extents {
            if extent == 0 { return 0 }
            last += Int(extent - 1) * Int(stride)
        }
        return last + 1
    }

    /// Calls `body` with the offsets of the matrices of each sample and each batch index.
    func forEachProduct(_ body: (_ left: Int, _ right: Int, _ destination: Int) -> Void) {
        for sample in 0..<samples {
            for first in 0..<Int(parameters.batch[1]) {
                for second in 0..<Int(parameters.batch[4]) {
                    func offset(_ layout: MatrixLayout) -> Int {
                        sample * Int(layout.sampleStride) + first * Int(layout.batchStrides[1])
                            + second * Int(layout.batchStrides[4])
                    }
                    body(offset(parameters.left), offset(parameters.right), offset(parameters.destination))
                }
            }
        }
    }

    /// What the definition gives, over what the destination held. Elements that no product writes are kept.
    func expected(_ left: [Float], _ right: [Float], _ bias: [Float]?, _ start: [Float]) -> [Double] {
        var results = start.map { Double($0) }
        forEachProduct { leftOffset, rightOffset, destinationOffset in
            for row in 0..<Int(parameters.rows) {
                for column in 0..<Int(parameters.columns) {
                    var sum = 0.0
                    for term in 0..<Int(parameters.depth) {
                        sum +=
                            Double(left[leftOffset + parameters.left.index(row, term)])
                            * Double(right[rightOffset + parameters.right.index(term, column)])
                    }
                    sum *= Double(parameters.alpha)
                    if let bias { sum += Double(bias[parameters.biasAlongRows == 1 ? row : column]) }
                    let place = destinationOffset + parameters.destination.index(row, column)
                    if parameters.accumulate == 1 { sum += results[place] }
                    results[place] = parameters.activation == 1 && sum < 0 ? 0 : sum
                }
            }
        }
        return results
    }
}

extension MatrixLayout {
    func index(_ row: Int, _ column: Int) -> Int { row * Int(rowStride) + column * Int(columnStride) }
}

/// A parameter structure as a plan holds it.
func parameterBytes<Parameters: BitwiseCopyable>(_ parameters: Parameters) -> ParameterBytes {
    withUnsafeBytes(of: parameters) { ParameterBytes(Array($0)) }
}
