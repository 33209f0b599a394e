import ApusInstructions

/// A random convolution of bytes, and its result by plain loops over the logical layout.
struct QuantizedCase: CustomStringConvertible {
    enum Kind {
        case convolution
        case depthwise
        /// By Winograd's algorithm.
        case winograd
        /// The only position reads the whole image, and there are many output blocks.
        case dense
    }

    /// Whether sums are results.
    let hasSums: Bool
    /// By Winograd's algorithm.
    private let passTiles: Int
    let seed: Int
    let samples: Int
    let kind: Kind
    var parameters: QuantizedConvolutionParameters
    private var source: [UInt8]
    private var weights: [Int8]
    private var packed: [UInt8]
    private let bias: [Int32]
    private let scale: [Float]
    private let addend: [UInt8]?
    /// The bytes of the destination; nil where they must be left alone.
    private(set) var expected: [UInt8?] = []

    var description: String { "seed \(seed): \(samples) samples, \(kind), sums \(hasSums), \(parameters)" }

    /// - Parameter isLarge: whether there may be many rows, and positions are linear.
    init(seed: Int, lanes: Int, _ kind: Kind = .convolution, hasSums: Bool = false, isLarge: Bool = false) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        (self.kind, self.hasSums) = (kind, hasSums)
        let (isDepthwise, isDense) = (kind == .depthwise, kind == .dense)
        samples = random.int(1...3)
        let isWinograd = kind == .winograd
        passTiles = 4 * random.int(1...4)
        let isPlain = kind == .convolution && random.chance(30)
        let parted = !isPlain && kind == .convolution && random.chance(30) ? random.int(2...3) : 1
        let groups = isDepthwise ? random.int(1...40) : parted
        let fills = !isDepthwise && random.chance(50)
        let inputs =
            isDepthwise
            ? groups : isPlain ? random.int(1...3) : groups * (fills ? lanes * random.int(1...2) : random.int(1...18))
        let outputs =
            isDepthwise
            ? groups
            : isDense
                ? random.int(1...lanes * 19)
                : isWinograd
                    ? random.int(1...lanes * 5)
                    : groups * (fills ? lanes * random.int(1...3) : random.int(1...20))
        let kernel =
            isWinograd
            ? (height: 3, width: 3)
            : (height: random.int(1...5), width: isPlain ? 4 * random.int(1...2) : random.int(1...6))
        let pooled = (kind == .convolution || isWinograd) && !hasSums && !isLarge && random.chance(40)
        var own = random.wordConvolution(
            channels: (inputs, outputs), groups: groups, fills: fills, kernel: kernel, isPlain: isPlain, pooled: pooled,
            isUnit: isWinograd, isWhole: isDense,
            greatest: isDense
                ? (1, 1)
                : (isLarge ? 24 : isDepthwise || isWinograd ? 9 : 3, pooled ? 9 : isWinograd ? 28 : 20), lanes: lanes)
        if isWinograd { own.widenBorder() }
        let (layout, result) = (own.source, own.destination)
        let isBytes = !hasSums && random.chance(75)
        let zero = isBytes ? random.int(0...255) : 0
        own.floor = isBytes ? Float(random.chance(50) ? -zero : 0) : -.infinity
        own.ceiling =
            isBytes
            ? Float(random.chance(70) ? 255 - zero : random.int(0...255 - zero)) : random.chance(50) ? .infinity : 3
        if hasSums { (own.floor, own.ceiling) = (0, 0) }
        let rows = pooled ? 2 : isDense || isLarge ? 0 : random.int(0...1)
        let tiles = Self.tiles(of: own, rows: rows, lanes: lanes)
        own.tile = isDense ? tiles.last! : tiles[random.int(0...tiles.count - 1)]
        own.addend = random.layout(
            channels: outputs, height: Int(result.height), width: Int(result.width), block: lanes)
        parameters = QuantizedConvolutionParameters(own)
        parameters.zeroPoint = Int32(zero)
        parameters.resultBytes = isBytes ? 1 : 4
        parameters.addendZeroPoint = Int32(random.int(0...255))
        parameters.addendScale = random.chance(90) ? 0.37 : 3e7
        source = (0..<samples * Int(layout.sampleStride)).map { _ in UInt8(random.int(0...255)) }
        weights = (0..<outputs * (inputs / groups) * kernel.height * kernel.width).map { _ in
            Int8(random.int(-128...127))
        }
        bias = (0..<result.blocks * lanes).map { _ in Int32(random.int(-100_000...100_000)) }
        // Some results are far from bytes, and have no integers of 32 bits.
        scale = random.floats(result.blocks * lanes, in: random.chance(20) ? 0.1...1e7 : 0.0001...0.01)
        addend =
            !hasSums && random.chance(40)
            ? (0..<samples * Int(own.addend.sampleStride)).map { _ in UInt8(random.int(0...255)) } : nil
        packed =
            switch kind {
            case .depthwise: own.packedDepthwise(weights, lanes: lanes)
            case .winograd: own.packedForWinograd(weights, lanes: lanes)
            case .convolution, .dense: own.packed(weights, groups: groups, lanes: lanes)
            }
        expected = definition(groups: groups)
    }

    /// The tiles that there are for a convolution, in order of their output blocks.
    static func tiles(of own: ConvolutionParameters, rows: Int, lanes: Int) -> [ConvolutionTile] {
        let shapes = WordTileShapes.bytes(stride: own.strideX)
        return shapes.outputs(of: own).flatMap { shapes.all(outputs: $0, rows: rows, lanes: lanes) }
    }

    /// The sum at a place.
    private func sum(_ n: Int, _ o: Int, _ y: Int, _ x: Int, groups: Int) -> Int32 {
        let own = parameters.convolution
        let (reads, makes) = (Int(own.source.channels) / groups, Int(own.destination.channels) / groups)
        var sum = bias[o]
        for input in 0..<reads {
            for i in 0..<Int(own.kernelHeight) {
                for j in 0..<Int(own.kernelWidth) {
                    let row = y * Int(own.strideY) + i * Int(own.dilationY) - Int(own.padTop)
                    let column = x * Int(own.strideX) + j * Int(own.dilationX) - Int(own.padLeft)
                    let code = source[own.source.index(n, o / makes * reads + input, row, column)]
                    let place = ((o * reads + input) * Int(own.kernelHeight) + i) * Int(own.kernelWidth) + j
                    sum &+= Int32(code) &* Int32(weights[place])
                }
            }
        }
        return sum
    }

    private func definition(groups: Int) -> [UInt8?] {
        let own = parameters.convolution
        let size = Int(parameters.resultBytes)
        var bytes = [UInt8?](repeating: nil, count: samples * Int(own.destination.sampleStride) * size)
        let window = own.poolHeight > 0 ? 2 : 1
        // What unused lanes hold is open: they are computed with no weights.
        own.destination.forEach(samples: samples) { n, o, y, x in
            var greatest = Int32.min
            for i in 0..<window {
                for j in 0..<window {
                    greatest = max(greatest, sum(n, o, y * window + i, x * window + j, groups: groups))
                }
            }
            let place = own.destination.index(n, o, y, x)
            if hasSums {
                for byte in 0..<4 { bytes[4 * place + byte] = UInt8(truncatingIfNeeded: greatest >> (8 * byte)) }
                return
            }
            var value = Float(greatest) * scale[o]
            if let addend {
                value +=
                    Float(Int32(addend[own.addend.index(n, o, y, x)]) - parameters.addendZeroPoint)
                    * parameters.addendScale
            }
            value = min(own.ceiling, max(own.floor, value))
            if size == 1 {
                bytes[place] = UInt8(Int32(value.rounded(.toNearestOrEven)) + parameters.zeroPoint)
            } else {
                for byte in 0..<4 {
                    bytes[4 * place + byte] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * byte))
                }
            }
        }
        return bytes
    }

    /// The destination's bytes after a run, all 0xA5 before; those of unused lanes are put back.
    func run(on set: InstructionSet) -> [UInt8] {
        let own = parameters.convolution
        var result = [UInt8](repeating: 0xA5, count: expected.count)
        let opcode: Opcode =
            switch kind {
            case .depthwise: .quantizedDepthwise
            case .winograd: .quantizedWinograd
            case .convolution, .dense: hasSums ? .integerConvolution : .quantizedConvolution
            }
        let winograd = QuantizedWinogradParameters(parameters, passTiles: passTiles)
        // What it holds before doesn't matter.
        var scratch = [UInt8](repeating: 0xA5, count: winograd.scratchBytes(lanes: set.lanes))
        guard let kernel = set.kernel(opcode) else { return [] }
        var (source, packed, bias, scale) = (source, packed, bias, scale)
        var added = addend ?? []
        source.withUnsafeMutableBytes { source in
            packed.withUnsafeMutableBytes { packed in
                bias.withUnsafeMutableBytes { bias in
                    scale.withUnsafeMutableBytes { scale in
                        result.withUnsafeMutableBytes { result in
                            added.withUnsafeMutableBytes { added in
                                let starts = [source.baseAddress, packed.baseAddress, bias.baseAddress]
                                let addend = addend == nil ? nil : added.baseAddress
                                // All parameters begin with the convolution.
                                withUnsafeBytes(of: winograd) { parameters in
                                    scratch.withUnsafeMutableBytes { scratch in
                                        kernel(
                                            starts
                                                + (hasSums
                                                    ? [result.baseAddress]
                                                    : [
                                                        scale.baseAddress, result.baseAddress, addend,
                                                        scratch.baseAddress,
                                                    ]),
                                            parameters.baseAddress!, samples)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        let size = Int(parameters.resultBytes)
        for sample in 0..<samples {
            for channel in Int(own.destination.channels)..<own.destination.blocks * set.lanes {
                for y in 0..<Int(own.destination.height) {
                    for x in 0..<Int(own.destination.width) {
                        let place = size * own.destination.index(sample, channel, y, x)
                        for byte in place..<place + size { result[byte] = 0xA5 }
                    }
                }
            }
        }
        return result
    }
}

extension ConvolutionParameters {
    /// Widens the source's border to what the tiles of Winograd's algorithm read.
    fileprivate mutating func widenBorder() {
        let gap = source.sampleStride - Int32(source.sampleElements)
        let tiling = QuantizedWinogradTiling(self)
        source.bottom = max(source.bottom, Int32(tiling.sourceRows) - padTop - source.height)
        source.right = max(source.right, Int32(tiling.sourceColumns) - padLeft - source.width)
        source.sampleStride = Int32(source.sampleElements) + gap
    }
}
