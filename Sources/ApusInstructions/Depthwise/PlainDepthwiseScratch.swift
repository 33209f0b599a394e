// What **plainDepthwiseConvolution** does with its scratch: see ``ConvolutionParameters``.
extension ConvolutionParameters {
    /// Whether the lanes of a vector are positions of a row, one channel at a time. Else they are channels: a block of them
    /// at a time is brought to the order of blocks and back, which takes longer, unless rows are short or leave too many
    /// lanes empty.
    package func isAlongRows(lanes: Int) -> Bool {
        let vectors = (Int(outputWidth) + lanes - 1) / lanes
        guard outputWidth >= max(lanes, Self.shortRow), 5 * Int(outputWidth) >= 4 * lanes * vectors, dilationX == 1
        else {
            return false
        }
        // With a step of 1 most vectors cross lines of the cache: each must serve several rows.
        let sharesRows = kernelHeight == 3 && kernelWidth == 3 && strideY == 1 && dilationY == 1
        return strideX == 1 ? sharesRows : strideX == 2 && (kernelWidth == 3 || kernelWidth == 5)
    }

    /// Rows of so many positions are long enough for what is done for each of them.
    private static let shortRow = 24

    /// Rows and columns of the source with what is read around it, from the first that is read on.
    package var paddedHeight: Int {
        max(Int(padTop) + Int(source.height), reach(rows: Int(outputHeight)))
    }
    package var paddedWidth: Int {
        max(Int(padLeft) + Int(source.width), reach(columns: Int(outputWidth)))
    }

    /// Rows of the source that so many rows of the output read.
    package func reach(rows: Int) -> Int {
        (rows - 1) * Int(strideY) + (Int(kernelHeight) - 1) * Int(dilationY) + 1
    }

    private func reach(columns: Int) -> Int {
        (columns - 1) * Int(strideX) + (Int(kernelWidth) - 1) * Int(dilationX) + 1
    }

    /// Along rows: elements from one of the `strideX` phases of a row to the next. A phase has every `strideX`-th column.
    package func phaseElements(lanes: Int) -> Int {
        ((paddedWidth + Int(strideX) - 1) / Int(strideX) + lanes - 1) / lanes * lanes
    }

    /// Along rows: rows of the output that are computed at a time, so that what they read stays in the nearest cache.
    package func stripRows(lanes: Int) -> Int {
        let rowElements = Int(strideX) * phaseElements(lanes: lanes)
        let extra = reach(rows: 1) - Int(strideY)
        let maximum = max(1, (6144 / rowElements - extra) / Int(strideY))
        let strips = (Int(outputHeight) + maximum - 1) / maximum
        return (Int(outputHeight) + strips - 1) / strips
    }

    /// Elements of the scratch. Along rows: the rows that a strip reads, and a vector for each weight. Else: a block of the
    /// source, with what is read around it, and one of the destination.
    package func plainDepthwiseScratchElements(lanes: Int) -> Int {
        if isAlongRows(lanes: lanes) {
            let rows = reach(rows: stripRows(lanes: lanes))
            return rows * Int(strideX) * phaseElements(lanes: lanes) + Int(kernelHeight) * Int(kernelWidth) * lanes
        }
        return (paddedHeight * paddedWidth + Int(outputHeight) * Int(outputWidth)) * lanes
    }
}
