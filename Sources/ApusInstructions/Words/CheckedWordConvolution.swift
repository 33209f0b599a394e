/// The images of a convolution whose factors come in words, with its tile and its addend.
struct CheckedWordConvolution: Sendable {
    let images: CheckedConvolution
    let addend: CheckedImage
    let shapes: WordTileShapes

    /// - Parameter elementsOfWord: elements of a word of the source, and of each lane of the weights.
    init(
        _ own: ConvolutionParameters, _ shapes: WordTileShapes, elementsOfWord: Int, lanes: Int
    ) throws(ParameterError) {
        images = try CheckedConvolution(own, lanes: lanes, isDepthwise: false, isWritten: true)
        addend = try CheckedImage.addend(of: own, images, lanes: lanes)
        self.shapes = shapes
        if images.source.block == 1 {
            try require(
                Int(own.kernelWidth).isMultiple(of: elementsOfWord) && own.dilationX == 1,
                "single channels are read by \(elementsOfWord == 4 ? "four" : "two") columns, "
                    + "not by \(own.kernelWidth) every \(own.dilationX)")
        }
        let isPooled = own.poolHeight != 0 || own.poolWidth != 0
        try require(
            !isPooled || own.poolHeight == 2 && own.poolWidth == 2,
            "the pooling window is \(own.poolHeight) × \(own.poolWidth), not 2 × 2")
        let window = isPooled ? 2 : 1
        let (height, width) = (images.outputHeight / window, images.outputWidth / window)
        try require(
            height == images.destination.height && width == images.destination.width,
            "the result of \(height) × \(width) is not the destination's "
                + "\(images.destination.height) × \(images.destination.width)")
        let rows = Int(own.tile.rows)
        try require(
            own.tile.bandRows == 0 && (own.tile.outputs <= 2 || own.hasOneGroup)
                && shapes.exists(
                    outputs: Int(own.tile.outputs), rows: rows, columns: Int(own.tile.columns), lanes: lanes)
                && (rows == 0 ? !isPooled : rows == (isPooled ? 2 : 1) && shapes.hasRows(block: images.source.block)),
            "there is no kernel with a \(own.tile)")
        // Places of linear positions are told apart by 32 bits.
        let reach = product(images.source.sampleStride, 8, 4 / elementsOfWord)
        try require(rows != 0 || reach <= Int(Int32.max), "samples are too far apart")
    }

    /// Every tile that there is for a convolution with these fields.
    func tiles(of own: ConvolutionParameters, lanes: Int) -> [ConvolutionTile] {
        let rows = own.poolHeight > 0 ? [2] : shapes.hasRows(block: images.source.block) ? [0, 1] : [0]
        return rows.flatMap { rows in
            (own.hasOneGroup ? [1, 2, 8] : [1, 2]).flatMap { shapes.all(outputs: $0, rows: rows, lanes: lanes) }
        }
    }
}

extension CheckedImage {
    /// The addend's image, which has the destination's size. Checks that the fields of what there is not are zero, and the limits.
    static func addend(
        of own: ConvolutionParameters, _ checked: CheckedConvolution, lanes: Int
    ) throws(ParameterError) -> CheckedImage {
        let addend = try CheckedImage(own.addend, "addend")
        try require(
            addend.hasSameSize(as: checked.destination) && addend.block == lanes,
            "the addend is not of the destination's image in blocks of \(lanes)")
        try require(own.activation == 0 && own.argmaxStride == 0, "there is an activation or an argmax")
        try require(own.floor <= own.ceiling, "no number is from \(own.floor) to \(own.ceiling)")
        return addend
    }
}
