import ApusInstructions

/// The loops of a depthwise convolution whose vectors are positions of a row. All steps count elements.
struct DepthwiseRowLoops {
    let kernelHeight: Int
    /// Of the strip: its rows, the phases of a row, and between rows of the kernel and of positions.
    let rowElements: Int
    let phaseElements: Int
    let kernelRow: Int
    let rowStep: Int
    /// Of the destination: at least lanes.
    let columns: Int
    /// Whether the kernel is 3 × 3, without dilation, and positions are as far apart in rows as in columns.
    let isThreeByThree: Bool
    let limits: Limits
    var start = Vector.zero

    init(_ parameters: ConvolutionParameters) {
        kernelHeight = Int(parameters.kernelHeight)
        phaseElements = parameters.phaseElements(lanes: lanes)
        rowElements = Int(parameters.strideX) * phaseElements
        kernelRow = Int(parameters.dilationY) * rowElements
        rowStep = Int(parameters.strideY) * rowElements
        isThreeByThree =
            parameters.kernelHeight == 3 && parameters.kernelWidth == 3 && parameters.dilationY == 1
            && parameters.strideY == parameters.strideX
        columns = Int(parameters.outputWidth)
        limits = Limits(activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
    }
}

/// Computes `rows` rows of positions of one channel, a vector of each at a time. The strip's rows have `step` phases; there
/// is a vector for each weight.
enum DepthwiseRowTile<let rows: Int, let width: Int, let step: Int> {
    @inline(never)
    static func compute(
        _ loops: UnsafePointer<DepthwiseRowLoops>, _ strip: Floats, _ weights: Floats, _ destination: Floats
    ) {
        let loops = loops.pointee
        let (rowStep, phase, columns) = (loops.rowStep, loops.phaseElements, loops.columns)
        var column = 0
        while true {
            var registers = noDepthwiseSums
            for row in 0..<rows { registers[row] = loops.start }
            var source = strip + column
            var vectors = weights
            var left = loops.kernelHeight
            while left > 0 {
                for place in 0..<width {
                    let weight = vectors.vector(at: place * lanes)
                    let offset = place % step &* phase &+ place / step
                    for row in 0..<rows {
                        registers[row] = multiplyAdd(
                            registers[row], weight, source.vector(at: row &* rowStep &+ offset))
                    }
                }
                vectors += width * lanes
                source += loops.kernelRow
                left &-= 1
            }
            let target = destination + column
            for row in 0..<rows {
                target.store(loops.limits.applied(to: registers[row]), at: row &* columns)
            }
            column &+= lanes
            if column == columns { return }
            // The last vector computes some positions once more.
            column = min(column, columns &- lanes)
        }
    }
}
