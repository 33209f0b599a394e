import ApusInstructions
import CPlatform

/// A random convolution of bf16, and its result by plain loops in the order of the definition.
struct BFloat16Case: CustomStringConvertible {
    let seed: Int
    let samples: Int
    var parameters: BFloat16ConvolutionParameters
    private let groups: Int
    private let source: [UInt16]
    private let weights: [Float]
    private var packed: [UInt16]
    private let bias: [Float]
    private let addend: [UInt16]?
    /// The numbers of the destination; nil where they must be left alone.
    private(set) var expected: [Float?] = []

    var description: String { "seed \(seed): \(samples) samples, \(groups) groups, \(parameters)" }

    init(seed: Int, lanes: Int) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        samples = random.int(1...3)
        let isPlain = random.chance(30)
        groups = !isPlain && random.chance(30) ? random.int(2...3) : 1
        let fills = random.chance(50)
        let inputs =
            isPlain ? random.int(1...3) : groups * (fills ? lanes * random.int(1...2) : random.int(1...18))
        let outputs = groups * (fills ? lanes * random.int(1...3) : random.int(1...20))
        let kernel = (height: random.int(1...4), width: isPlain ? 2 * random.int(1...3) : random.int(1...5))
        let pooled = !isPlain && random.chance(40)
        var own = random.wordConvolution(
            channels: (inputs, outputs), groups: groups, fills: fills, kernel: kernel, isPlain: isPlain, pooled: pooled,
            greatest: (3, pooled ? 9 : 20), lanes: lanes)
        let (layout, result) = (own.source, own.destination)
        own.floor = random.chance(50) ? 0 : -.infinity
        own.ceiling = random.chance(50) ? .infinity : 3
        let rows = pooled ? 2 : own.strideX == 1 && !isPlain ? random.int(0...1) : 0
        let tiles = (1...2).flatMap {
            WordTileShapes.bfloat16(stride: own.strideX).all(outputs: $0, rows: rows, lanes: lanes)
        }
        own.tile = tiles[random.int(0...tiles.count - 1)]
        own.addend = random.layout(
            channels: outputs, height: Int(result.height), width: Int(result.width), block: lanes)
        parameters = BFloat16ConvolutionParameters(own)
        parameters.resultBytes = random.chance(60) ? 2 : 4
        source = random.bfloats(samples * Int(layout.sampleStride))
        weights = random.bfloats(outputs * (inputs / groups) * kernel.height * kernel.width).map { number($0) }
        bias = random.floats(result.blocks * lanes, in: -1...1)
        addend = random.chance(40) ? random.bfloats(samples * Int(own.addend.sampleStride)) : nil
        packed = []
        pack(lanes: lanes)
        expected = definition()
    }

    /// Puts the weights into the order of the instruction's documentation.
    private mutating func pack(lanes: Int) {
        let own = parameters.convolution
        let block = Int(own.source.channelBlock)
        let (height, width) = (Int(own.kernelHeight), Int(own.kernelWidth))
        let (reads, makes) = (Int(own.source.channels) / groups, Int(own.destination.channels) / groups)
        let blocks = Int(own.inputBlocks)
        packed = [UInt16](repeating: 0, count: own.destination.blocks * lanes * blocks * block * height * width)
        for filter in 0..<Int(own.destination.channels) {
            // Groups that don't fill blocks are packed as one.
            let first = own.groupOutputs > 0 ? filter / makes * reads : 0
            for input in 0..<reads {
                let channel = first + input
                for row in 0..<height {
                    for column in 0..<width {
                        let output = filter / lanes
                        let pair =
                            block == 1
                            ? ((output * blocks + channel) * height + row) * (width / 2) + column / 2
                            : (((output * height + row) * width + column) * blocks + channel / block) * (block / 2)
                                + channel % block / 2
                        let half = block == 1 ? column % 2 : channel % 2
                        packed[(pair * lanes + filter % lanes) * 2 + half] = UInt16(
                            weights[((filter * reads + input) * height + row) * width + column].bitPattern >> 16)
                    }
                }
            }
        }
    }

    /// The factors of a sum in the order in which they are added: the place in the kernel, and the input channel of the group.
    private var terms: [(i: Int, j: Int, input: Int)] {
        let own = parameters.convolution
        let (height, width) = (Int(own.kernelHeight), Int(own.kernelWidth))
        let reads = Int(own.source.channels) / groups
        if own.source.channelBlock == 1 {
            return (0..<reads).flatMap { c in
                (0..<height).flatMap { i in (0..<width).map { j in (i: i, j: j ^ 1, input: c) } }
            }
        }
        return (0..<height).flatMap { i in
            (0..<width).flatMap { j in (0..<reads).map { c in (i: i, j: j, input: c) } }
        }
    }

    /// Channels of a group in pairs of the whole image's channels, the second of each first.
    private func inOrder(_ channels: Range<Int>) -> [Int] {
        (channels.lowerBound / 2...channels.upperBound / 2).flatMap { [2 * $0 + 1, 2 * $0] }.filter(channels.contains)
    }

    /// The sum at a place.
    private func sum(_ n: Int, _ o: Int, _ y: Int, _ x: Int) -> Float {
        let own = parameters.convolution
        let (reads, makes) = (Int(own.source.channels) / groups, Int(own.destination.channels) / groups)
        let first = o / makes * reads
        let order = own.source.channelBlock == 1 ? Array(0..<reads) : inOrder(first..<first + reads).map { $0 - first }
        var sum = bias[o]
        for (i, j, number) in terms {
            let input = order[number]
            let row = y * Int(own.strideY) + i * Int(own.dilationY) - Int(own.padTop)
            let column = x * Int(own.strideX) + j * Int(own.dilationX) - Int(own.padLeft)
            let factor = ApusKernelsTests.number(source[own.source.index(n, first + input, row, column)])
            let place = ((o * reads + input) * Int(own.kernelHeight) + i) * Int(own.kernelWidth) + j
            sum = flushed(Float(Double(flushed(factor)) * Double(flushed(weights[place])) + Double(sum)))
        }
        return sum
    }

    private func definition() -> [Float?] {
        let own = parameters.convolution
        var numbers = [Float?](repeating: nil, count: samples * Int(own.destination.sampleStride))
        let window = own.poolHeight > 0 ? 2 : 1
        own.destination.forEach(samples: samples) { n, o, y, x in
            var value = -Float.infinity
            for i in 0..<window {
                for j in 0..<window { value = max(value, sum(n, o, y * window + i, x * window + j)) }
            }
            if let addend { value = flushed(value + flushed(number(addend[own.addend.index(n, o, y, x)]))) }
            value = min(own.ceiling, max(own.floor, value))
            numbers[own.destination.index(n, o, y, x)] = parameters.resultBytes == 2 ? nearestBFloat(value) : value
        }
        return numbers
    }

    /// The first number that is not the expected one, in words.
    func difference(on set: InstructionSet) -> String? {
        let found = run(on: set)
        let untouched = parameters.resultBytes == 2 ? number(0xA5A5) : Float(bitPattern: 0xA5A5_A5A5)
        let place = found.indices.first { found[$0] != expected[$0] ?? untouched }
        return place.map { "\(set), \(self): \($0) is \(found[$0]), not \(expected[$0] ?? untouched)" }
    }

    /// The destination after a run, every byte 0xA5 before; what unused lanes hold is put back.
    private func run(on set: InstructionSet) -> [Float] {
        let own = parameters.convolution
        let size = Int(parameters.resultBytes)
        let result = GuardedFloats(
            bytes: [UInt8](repeating: 0xA5, count: size * samples * Int(own.destination.sampleStride)))
        let operands =
            [
                GuardedFloats(halves: source), GuardedFloats(halves: packed), GuardedFloats(bias), result,
            ].map { Optional($0) } + [addend.map { GuardedFloats(halves: $0) }]
        guard let kernel = set.kernel(.bfloat16Convolution) else { return [] }
        let control = apus_flush_denormals()
        withUnsafeBytes(of: parameters) { kernel(operands.map { $0?.address }, $0.baseAddress!, samples) }
        apus_restore_float_control(control)
        let isIntact = operands.allSatisfy { $0?.isIntact ?? true }
        return expected.indices.map { place in
            let element =
                size == 4 ? result[place] : number(result.address.load(fromByteOffset: 2 * place, as: UInt16.self))
            return isIntact ? isUnused(place) ? untouched(size) : element : .nan
        }
    }

    private func untouched(_ size: Int) -> Float { size == 2 ? number(0xA5A5) : Float(bitPattern: 0xA5A5_A5A5) }

    /// Whether a place of the destination is a pixel of an unused lane, which may hold anything.
    private func isUnused(_ place: Int) -> Bool {
        let layout = parameters.convolution.destination
        let inside = place % Int(layout.sampleStride)
        let block = Int(layout.channelBlock)
        return inside < layout.sampleElements
            && inside / layout.blockStride * block + inside % block >= Int(layout.channels)
    }
}

/// What the bits of a bf16 stand for.
func number(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

/// Zero for denormals.
private func flushed(_ number: Float) -> Float { number.isSubnormal ? (number.sign == .minus ? -0.0 : 0) : number }

extension GuardedFloats {
    fileprivate convenience init(halves: [UInt16]) {
        self.init(bytes: halves.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    }
}

extension SeededGenerator {
    /// Numbers of bf16, most of them around one; some are denormal, or so small that their products are.
    fileprivate mutating func bfloats(_ count: Int) -> [UInt16] {
        (0..<count).map { _ in
            let bits = UInt16(int(0...0xFFFF))
            switch int(0...19) {
            case 0: return bits & 0x807F
            case 1: return bits & 0x83FF | 0x1C00
            default: return bits & 0x80FF | 0x3F00
            }
        }
    }
}
