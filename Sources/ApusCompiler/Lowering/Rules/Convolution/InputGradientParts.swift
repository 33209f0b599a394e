import ApusGraph
import ApusInstructions

/// The input gradient of a convolution with a step of two, as four convolutions with a step of one: pixels of even and of odd rows and
/// columns see different places of the kernel. So nothing is multiplied with the zeros that a dilated gradient has between its pixels.
///
/// A pixel in row 2·r + a sees the place i of the kernel from row (2·r + a + padTop − i) / 2 of the gradient, where that is
/// a whole number: i is p, p + 2, p + 4 … with p = (a + padTop) mod 2.
struct InputGradientParts {
    /// A convolution that makes every second row and column.
    struct Part {
        /// What is read along one axis.
        struct Axis {
            /// Places of the kernel: how many, and the first of every second one.
            var places: Int
            var firstPlace: Int
            /// Of the convolution of the gradient; it may be negative.
            var padding: Int
            /// Rows or columns that are made.
            var outputs: Int

            /// - Parameter parity: of the rows or columns that are made.
            init(parity: Int, padding: Int, kernel: Int, extent: Int) {
                firstPlace = (parity + padding) % 2
                places = max(0, (kernel - firstPlace + 1) / 2)
                self.padding = places - 1 - (parity + padding - firstPlace) / 2
                outputs = (extent + 1 - parity) / 2
            }

            /// Rows or columns that are read beyond a gradient of `extent`.
            func overhang(extent: Int) -> Int { max(0, outputs - 1 + places - 1 - padding - (extent - 1)) }
        }

        var rows: Axis
        var columns: Axis
        /// Whether it has pixels, and any of the kernel's places.
        var isComputed: Bool { rows.places > 0 && columns.places > 0 && rows.outputs > 0 && columns.outputs > 0 }
    }

    /// Those of even rows and even columns, even and odd, odd and even, odd and odd.
    let parts: [Part]
    private let shape: ConvolutionShape

    /// Nil where it is another convolution, or one of each channel by itself.
    init?(_ shape: ConvolutionShape) {
        let convolution = shape.convolution
        guard convolution.stride == [2, 2], convolution.dilation == [1, 1], !shape.isDepthwise,
            shape.geometry.padTop >= 0, shape.geometry.padLeft >= 0
        else { return nil }
        self.shape = shape
        parts = (0..<4).map { part in
            Part(
                rows: Part.Axis(
                    parity: part / 2, padding: shape.geometry.padTop, kernel: convolution.kernel[0],
                    extent: shape.height),
                columns: Part.Axis(
                    parity: part % 2, padding: shape.geometry.padLeft, kernel: convolution.kernel[1],
                    extent: shape.width))
        }
    }

    /// What all parts read around the gradient.
    var border: Border {
        let (height, width) = (shape.geometry.outputHeight, shape.geometry.outputWidth)
        return parts.filter(\.isComputed).reduce(into: Border()) { border, part in
            border.widen(
                to: Border(
                    top: max(0, part.rows.padding), left: max(0, part.columns.padding),
                    bottom: part.rows.overhang(extent: height), right: part.columns.overhang(extent: width)))
        }
    }

    /// Appends the convolutions, and what makes one image of theirs.
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let direct = DirectConvolution(shape: shape, lanes: site.lanes)
        let source = try lowering.borderedOperand(site.operands[1], border: border, blocked: true)
        let all = parts.reduce(0) { $0 + multiplyAdds($1) }
        var (places, strides): ([Place], InlineArray<4, Int32>) = ([], .init(repeating: 0))
        for (number, part) in parts.enumerated() {
            guard part.isComputed else {
                places.append(.none)
                continue
            }
            let layout = lowering.blockedLayout(
                channels: shape.channels, height: part.rows.outputs, width: part.columns.outputs, border: Border())
            let result = lowering.addStored(
                "\(site.name) part \(number + 1)", layout, imageCount: source.imageCount)
            let packing = packing(part, direct, sourceBlock: Int(source.layout.channelBlock))
            var parameters = direct.gradientParameters(packing: packing, source: source.layout, destination: layout)
            parameters.kernelHeight = packing.kernelHeight
            parameters.kernelWidth = packing.kernelWidth
            (parameters.padTop, parameters.padLeft) = (Int32(part.rows.padding), Int32(part.columns.padding))
            (parameters.outputHeight, parameters.outputWidth) = (layout.height, layout.width)
            direct.emit(
                [
                    source.place, .fixed(try lowering.packedWeights(site.operands[0], packing)), .none, result.place,
                    .none,
                ], parameters, site, repeats: source.imageCount,
                multiplyAdds: site.multiplyAdds * multiplyAdds(part) / max(1, all), into: &lowering)
            places.append(result.place)
            strides[number] = layout.sampleStride
        }
        let result = try lowering.makeResult(site.results[0])
        lowering.emit(
            .interleave, places + [result.place],
            InterleaveParameters(destination: result.layout, sampleStrides: strides), label: site.name,
            repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }

    /// For one input and one output.
    private func multiplyAdds(_ part: Part) -> Int {
        part.isComputed ? part.rows.places * part.columns.places * part.rows.outputs * part.columns.outputs : 0
    }

    private func packing(_ part: Part, _ direct: DirectConvolution, sourceBlock: Int) -> PackParameters {
        var packing = direct.packing(.transposed, sourceBlock: sourceBlock)
        (packing.stored.height, packing.stored.width) = (packing.kernelHeight, packing.kernelWidth)
        (packing.stored.firstRow, packing.stored.firstColumn) = (
            Int32(part.rows.firstPlace), Int32(part.columns.firstPlace)
        )
        (packing.stored.rowStep, packing.stored.columnStep) = (2, 2)
        (packing.kernelHeight, packing.kernelWidth) = (Int32(part.rows.places), Int32(part.columns.places))
        return packing
    }
}
