import ApusInstructions

/// The gradient of a picture behind a max-pool with windows of 2 × 2, as the pool left it: for each window the gradient, and
/// which place that is for. All other places have a gradient of zero, as has what is in no window.
struct PooledPicture {
    let height: Int
    let width: Int
    /// The gradient of the first sample's first window, and its choice.
    private let gradients: Floats
    private let choices: UnsafeMutableRawPointer
    private let steps: PictureSteps
    /// Bytes between the choices of samples, and of blocks.
    private let choiceSample: Int
    private let choiceBlock: Int

    init(_ layout: ImageLayout, _ start: Floats, _ choices: UnsafeMutableRawPointer, choiceStride: Int32) {
        (height, width) = (Int(layout.height), Int(layout.width))
        let steps = PictureSteps(layout)
        self.steps = steps
        gradients = start + steps.origin
        self.choices = choices
        choiceSample = Int(choiceStride)
        choiceBlock = height * width * lanes
    }

    /// The windows of one block, from the first on.
    func windows(sample: Int, block: Int) -> PooledWindows {
        PooledWindows(
            gradients: gradients + sample * steps.sample + block * steps.block,
            choices: choices + sample * choiceSample + block * choiceBlock, gradientRow: steps.row,
            choiceRow: width * lanes)
    }

    /// Elements between the gradients of samples, and bytes between their choices.
    var sampleSteps: (gradient: Int, choice: Int) { (steps.sample, choiceSample) }
}

/// Windows of one block of a ``PooledPicture``.
struct PooledWindows {
    private(set) var gradients: Floats
    private(set) var choices: UnsafeMutableRawPointer
    /// Elements between the gradients of rows of windows, and bytes between their choices.
    let gradientRow: Int
    let choiceRow: Int

    init(gradients: Floats, choices: UnsafeMutableRawPointer, gradientRow: Int, choiceRow: Int) {
        self.gradients = gradients
        self.choices = choices
        self.gradientRow = gradientRow
        self.choiceRow = choiceRow
    }

    /// The windows from so many rows and columns of windows on.
    @inline(__always)
    func advanced(rows: Int, columns: Int) -> PooledWindows {
        PooledWindows(
            gradients: gradients + (rows * gradientRow + columns * lanes),
            choices: choices + (rows * choiceRow + columns * lanes), gradientRow: gradientRow, choiceRow: choiceRow)
    }

    /// The gradient at a row and a column of the picture behind the pool, counted from the first window on.
    @inline(__always)
    func vector(_ row: Int, _ column: Int) -> Vector {
        let (y, x) = (row / 2, column / 2 * lanes)
        let choice = loadedBytes(at: choices + (y * choiceRow + x))
        return unpooled(gradients.vector(at: y * gradientRow + x), choice, at: row % 2 * 2 + column % 2)
    }
}
