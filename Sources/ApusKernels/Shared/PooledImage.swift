import ApusInstructions

/// The gradient of an image behind a max-pool with windows of 2 × 2, as the pool left it: for each window the gradient, and
/// which place that is for. All other places have a gradient of zero, as has what is in no window.
struct PooledImage {
    let height: Int
    let width: Int
    /// The gradient of the first sample's first window, and its argmax.
    private let gradients: Floats
    private let argmaxes: UnsafeMutableRawPointer
    private let steps: ImageSteps
    /// Bytes between the argmaxes of samples, and of blocks.
    private let argmaxSample: Int
    private let argmaxBlock: Int

    init(_ layout: ImageLayout, _ start: Floats, _ argmaxes: UnsafeMutableRawPointer, argmaxStride: Int32) {
        (height, width) = (Int(layout.height), Int(layout.width))
        let steps = ImageSteps(layout)
        self.steps = steps
        gradients = start + steps.origin
        self.argmaxes = argmaxes
        argmaxSample = Int(argmaxStride)
        argmaxBlock = height * width * lanes
    }

    /// The windows of one block, from the first on.
    func windows(sample: Int, block: Int) -> PooledWindows {
        PooledWindows(
            gradients: gradients + sample * steps.sample + block * steps.block,
            argmaxes: argmaxes + sample * argmaxSample + block * argmaxBlock, gradientRow: steps.row,
            argmaxRow: width * lanes)
    }

    /// Elements between the gradients of samples, and bytes between their argmaxes.
    var sampleSteps: (gradient: Int, argmax: Int) { (steps.sample, argmaxSample) }
}

/// Windows of one block of a ``PooledImage``.
struct PooledWindows {
    private(set) var gradients: Floats
    private(set) var argmaxes: UnsafeMutableRawPointer
    /// Elements between the gradients of rows of windows, and bytes between their argmaxes.
    let gradientRow: Int
    let argmaxRow: Int

    init(gradients: Floats, argmaxes: UnsafeMutableRawPointer, gradientRow: Int, argmaxRow: Int) {
        self.gradients = gradients
        self.argmaxes = argmaxes
        self.gradientRow = gradientRow
        self.argmaxRow = argmaxRow
    }

    /// The windows from so many rows and columns of windows on.
    @inline(__always)
    func advanced(rows: Int, columns: Int) -> PooledWindows {
        PooledWindows(
            gradients: gradients + (rows * gradientRow + columns * lanes),
            argmaxes: argmaxes + (rows * argmaxRow + columns * lanes), gradientRow: gradientRow, argmaxRow: argmaxRow)
    }

    /// The gradient at a row and a column of the image behind the pool, counted from the first window on.
    @inline(__always)
    func vector(_ row: Int, _ column: Int) -> Vector {
        let (y, x) = (row / 2, column / 2 * lanes)
        let argmax = loadedBytes(at: argmaxes + (y * argmaxRow + x))
        return unpooled(gradients.vector(at: y * gradientRow + x), argmax, at: row % 2 * 2 + column % 2)
    }
}
