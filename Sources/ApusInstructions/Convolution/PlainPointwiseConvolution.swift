extension Opcode {
    package static let plainPointwiseConvolution = Opcode(rawValue: 29)
}

/// A convolution with a kernel of 1 × 1 and a step of 1 between plain images:
///
///     destination[f, p] = activation(bias[f] + Σ_c weights[f, c] · source[c, p])
///
/// for each of `pixels` pixels p, no fewer than lanes. Terms are added in ascending order to the bias. The weights were packed by
/// **packMatrix**: a line for each filter, panels of ``panel`` lines. The bias has zeros up to whole panels.
package struct PlainPointwiseParameters: Sendable, BitwiseCopyable {
    package var channels: Int32
    package var filters: Int32
    package var pixels: Int32
    /// Filters that are computed together.
    package var panel: Int32
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    /// An ``Activation``.
    package var activation: Int32 = 0
    package var floor: Float = 0
    package var ceiling: Float = 0

    package init(channels: Int, filters: Int, pixels: Int, lanes: Int) {
        self.channels = Int32(channels)
        self.filters = Int32(filters)
        self.pixels = Int32(pixels)
        panel = Int32(PointwiseTile.panel(filters: filters, lanes: lanes))
        sourceSampleStride = Int32(channels * pixels)
        destinationSampleStride = Int32(filters * pixels)
    }

    /// Filters up to whole panels: elements of the bias.
    package var paddedFilters: Int { Int(filters).roundedUp(to: Int(panel)) }

    /// Elements of the packed weights.
    package var packedElements: Int {
        MatrixTile.packedElements(lines: Int(filters), depth: Int(channels), width: Int(panel))
    }
}

/// The tiles of **plainPointwiseConvolution**: filters by vectors of pixels, whose sums stay in registers.
package enum PointwiseTile {
    /// The most filters of a tile.
    package static func maximumPanel(lanes: Int) -> Int { lanes >= 16 ? 12 : 6 }

    /// Filters of a tile: more than half of the most, so that as few as can be aren't there in the last panel.
    package static func panel(filters: Int, lanes: Int) -> Int {
        let maximum = maximumPanel(lanes: lanes)
        if filters <= maximum { return filters }
        let sizes = (maximum / 2 + 1...maximum).reversed()
        return sizes.min { filters.roundedUp(to: $0) < filters.roundedUp(to: $1) } ?? maximum
    }

    /// Vectors of pixels of a tile with so many filters.
    package static func vectors(panel: Int, lanes: Int) -> Int {
        lanes >= 16 ? (panel > 8 ? 2 : panel > 6 ? 3 : 4) : (panel > 4 ? 2 : 3)
    }
}

/// `source, packed weights, bias?, destination` · ``PlainPointwiseParameters``
package struct PlainPointwiseConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .plainPointwiseConvolution }
    package static var name: String { "plainPointwiseConvolution" }
    private let parameters: PlainPointwiseParameters
    private let lanes: Int
    private let source: MatrixExtent
    private let destination: MatrixExtent

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(PlainPointwiseParameters.self)
        let channels = try positive(parameters.channels, "the number of channels")
        let filters = try positive(parameters.filters, "the number of filters")
        let pixels = try positive(parameters.pixels, "the number of pixels")
        try require(pixels >= lanes, "the image has fewer than \(lanes) pixels")
        try require(
            (1...PointwiseTile.maximumPanel(lanes: lanes)).contains(Int(parameters.panel)),
            "a panel of \(parameters.panel) filters is not from 1 to \(PointwiseTile.maximumPanel(lanes: lanes))")
        try require(
            product(filters, pixels) <= Int(parameters.destinationSampleStride),
            "samples of \(product(filters, pixels)) elements are \(parameters.destinationSampleStride) apart in the destination"
        )
        try require(product(channels, filters + Int(parameters.panel)) < 1 << 40, "the weights are too many")
        try Activation.check(parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        var source = MatrixExtent("source")
        try source.extend(parameters.channels, stride: parameters.pixels)
        try source.extend(parameters.pixels, stride: 1)
        var destination = MatrixExtent("destination")
        try destination.extend(parameters.filters, stride: parameters.pixels)
        try destination.extend(parameters.pixels, stride: 1)
        self.parameters = parameters
        self.lanes = lanes
        self.source = source
        self.destination = destination
    }

    package func steps(samples: Int) -> Int? { turns(samples, parameters.packedElements, Int(parameters.pixels)) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            source.operand(samples: samples, sampleStride: parameters.sourceSampleStride, access: .read),
            MatrixExtent.plain("packed weights", elements: parameters.packedElements, access: .read),
            MatrixExtent.plain("bias", elements: parameters.paddedFilters, access: .read, isOptional: true),
            destination.operand(samples: samples, sampleStride: parameters.destinationSampleStride, access: .write),
        ]
    }

    /// By panels of filters. The parts of a sample lie one after another.
    package var partitions: [Partition] {
        let whole = parameters
        let (panel, filters, rowBytes) = (Int(whole.panel), Int(whole.filters), 4 * Int(whole.pixels))
        let partition = Partition(
            .blocks, units: (filters + panel - 1) / panel, sharedBytes: Int(whole.channels) * rowBytes
        ) { units in
            let range = units.lowerBound * panel..<min(units.upperBound * panel, filters)
            var part = whole
            part.filters = Int32(range.count)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    0, 4 * range.lowerBound * Int(whole.channels), 4 * range.lowerBound, range.lowerBound * rowBytes,
                ])
        }
        return [partition]
    }
}
