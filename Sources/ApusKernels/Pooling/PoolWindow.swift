import ApusInstructions

/// What ``PoolParameters`` say, as integers of the machine's width.
struct PoolWindow {
    let height, width, strideY, strideX, padTop, padLeft: Int

    @inline(__always)
    init(_ parameters: PoolParameters) {
        height = Int(parameters.windowHeight)
        width = Int(parameters.windowWidth)
        strideY = Int(parameters.strideY)
        strideX = Int(parameters.strideX)
        padTop = Int(parameters.padTop)
        padLeft = Int(parameters.padLeft)
    }

    /// The rows of the window of output row `y` that lie in an image of `limit` rows.
    @inline(__always)
    func rows(at y: Int, limit: Int) -> Range<Int> {
        let first = y * strideY - padTop
        let lower = max(0, -first)
        return lower..<max(lower, min(height, limit - first))
    }

    /// The columns of the window of output column `x` that lie in an image of `limit` columns.
    @inline(__always)
    func columns(at x: Int, limit: Int) -> Range<Int> {
        let first = x * strideX - padLeft
        let lower = max(0, -first)
        return lower..<max(lower, min(width, limit - first))
    }
}
