import ApusInstructions

/// Computes one channel of a plain image with a kernel of 3 × 3, whose positions are two rows and columns apart, from where the image
/// lies: nothing is copied. Even and odd columns are parted in registers.
///
/// The image has at least two columns for each position, so that no position but the first reads left of it, and none but the
/// last right of it.
struct DepthwiseImageRows {
    let width: Int
    let height: Int
    let padTop: Int
    /// 0 or 1.
    let padLeft: Int
    /// Positions.
    let rows: Int
    let columns: Int
    let limits: Limits

    /// Nil where the image has too few columns, or more is read around it.
    init?(_ parameters: ConvolutionParameters) {
        width = Int(parameters.source.width)
        height = Int(parameters.source.height)
        padTop = Int(parameters.padTop)
        padLeft = Int(parameters.padLeft)
        rows = Int(parameters.outputHeight)
        columns = Int(parameters.outputWidth)
        limits = Limits(activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        guard padLeft <= 1, 2 * columns <= width else { return nil }
    }

    /// - Parameter weights: a vector for each.
    @inline(never)
    func compute(_ image: Floats, _ weights: Floats, start: Vector, _ destination: Floats) {
        let (top, middle, bottom) = (Triple(weights, 0), Triple(weights, 3), Triple(weights, 6))
        var column = 0
        while true {
            var target = destination + column
            var y = -padTop
            var sum = triple(image, y, column).added(to: start, times: top)
            for _ in 0..<rows {
                sum = triple(image, y &+ 1, column).added(to: sum, times: middle)
                y &+= 2
                let row = triple(image, y, column)
                target.store(limits.applied(to: row.added(to: sum, times: bottom)), at: 0)
                sum = row.added(to: start, times: top)
                target += columns
            }
            column &+= lanes
            if column == columns { return }
            // The last vector computes some positions once more.
            column = min(column, columns &- lanes)
        }
    }

    /// What the positions from `column` on see in a row.
    @inline(__always)
    private func triple(_ image: Floats, _ y: Int, _ column: Int) -> Triple {
        let zero = Vector()
        guard y >= 0, y < height else { return Triple(first: zero, second: zero, third: zero) }
        let x = 2 &* column
        let row = image + (y &* width &+ x)
        let (low, high) = (row.vector(at: 0), row.vector(at: lanes))
        let (even, odd) = (evenLanes(low, high), oddLanes(low, high))
        if padLeft == 0 {
            let next = x &+ 2 &* lanes < width ? row[2 * lanes] : 0
            return Triple(first: even, second: odd, third: followingLanes(even, Vector(repeating: next)))
        }
        let previous = x > 0 ? row[-1] : 0
        return Triple(first: precedingLanes(odd, Vector(repeating: previous)), second: even, third: odd)
    }
}
