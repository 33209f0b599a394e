import ApusInstructions
import TestSupport
import Testing

/// A random dense layer of codes with scales of blocks, and its result by plain loops.
struct BlockDenseCase: CustomStringConvertible {
    let seed: Int
    let samples: Int
    let parameters: BlockDenseParameters
    var source: [Float]
    /// `[output][input]`
    let codes: [Int]
    /// `[output][block]`
    let scales: [Float]
    let bias: [Float]?

    var description: String { "seed \(seed): \(samples) samples, \(parameters)" }

    init(seed: Int, lanes: Int) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        samples = random.int(1...8)
        let (inputs, outputs) = (random.int(1...150), random.int(1...70))
        let padded = (outputs + lanes - 1) / lanes * lanes
        let bits = random.chance(50) ? 8 : 4
        var parameters = BlockDenseParameters(
            inputs: inputs, outputs: outputs, bits: bits, sourceStride: inputs + random.int(0...3),
            destinationStride: padded + random.int(0...3))
        parameters.activation = Int32(random.int(0...2))
        (parameters.floor, parameters.ceiling) = (-0.5, 1)
        let magnitude = [1, 714 * .leastNonzeroMagnitude, 1e30][random.chance(80) ? 0 : random.int(1...2)] as Float
        source = random.floats(samples * Int(parameters.sourceStride)).map { random.chance(20) ? 0 : $0 * magnitude }
        // Numbers that make those beside them small.
        for _ in 0..<random.int(0...3) { source[random.int(0...source.count - 1)] *= 1000 }
        let limit = 1 << (bits - 1)
        codes = (0..<inputs * outputs).map { _ in random.int(-limit...limit - 1) }
        scales = random.floats(outputs * BlockDenseParameters.blocks(inputs: inputs), in: 0.001...0.1)
        bias = random.chance(70) ? random.floats(outputs) : nil
        self.parameters = parameters
    }

    /// The results of a sample as the instruction's documentation states them, each operation with its rounding.
    func result(sample: Int, output: Int) -> Float {
        let inputs = Int(parameters.inputs)
        let blocks = BlockDenseParameters.blocks(inputs: inputs)
        var sum = Float(0)
        for block in 0..<blocks {
            let range = block * 32..<min(inputs, block * 32 + 32)
            let numbers = range.map { source[sample * Int(parameters.sourceStride) + $0] }
            let greatest = numbers.map { $0.magnitude }.max() ?? 0
            guard numbers.allSatisfy({ $0.isFinite }) else { return .nan }
            // The largest power of two by which the largest number is no more than three digits of bytes around zero.
            var exponent = 126
            while Double(greatest) * Double(sign: .plus, exponent: exponent, significand: 1) >= 8_355_711.5 {
                exponent -= 1
            }
            let whole = numbers.map {
                Int((Double($0) * Double(sign: .plus, exponent: exponent, significand: 1)).rounded(.toNearestOrEven))
            }
            let exact = zip(range, whole).reduce(0) { $0 + $1.1 * codes[output * inputs + $1.0] }
            sum +=
                Float(exact) * Float(sign: .plus, exponent: -exponent, significand: 1) * scales[output * blocks + block]
        }
        let value = (bias.map { $0[output] } ?? 0) + sum
        switch Activation(rawValue: parameters.activation) {
        case .relu: return value < 0 ? 0 : value
        case .clip: return min(max(value, parameters.floor), parameters.ceiling)
        default: return value
        }
    }

    /// Codes in the order of the instruction's documentation.
    func packedCodes(lanes: Int) -> [UInt8] {
        let (inputs, bits) = (Int(parameters.inputs), Int(parameters.bits))
        let blocks = BlockDenseParameters.blocks(inputs: inputs)
        let padded = (Int(parameters.outputs) + lanes - 1) / lanes * lanes
        // Codes of inputs and outputs that aren't there are anything: they meet zeros, or make what nobody reads.
        var bytes = [UInt8](repeating: 0x95, count: padded * blocks * 4 * bits)
        for output in 0..<Int(parameters.outputs) {
            for input in 0..<inputs {
                let (block, place) = (output / lanes * blocks + input / 32, input % 32)
                let code = codes[output * inputs + input]
                let word = block * bits + place / (32 / bits)
                let byte = (word * lanes + output % lanes) * 4 + place % 4
                if bits == 8 {
                    bytes[byte] = UInt8(code + 128)
                } else if place % 8 < 4 {
                    bytes[byte] = bytes[byte] & 0xF0 | UInt8(code + 8)
                } else {
                    bytes[byte] = bytes[byte] & 0x0F | UInt8(code + 8) << 4
                }
            }
        }
        return bytes
    }

    func packedScales(lanes: Int) -> [Float] {
        let blocks = BlockDenseParameters.blocks(inputs: Int(parameters.inputs))
        let outputBlocks = (Int(parameters.outputs) + lanes - 1) / lanes
        var packed = [Float](repeating: 0, count: outputBlocks * blocks * lanes)
        for output in 0..<Int(parameters.outputs) {
            for block in 0..<blocks {
                packed[(output / lanes * blocks + block) * lanes + output % lanes] = scales[output * blocks + block]
            }
        }
        return packed
    }

    /// The destination after a run, 555 before. Numbers beside rows of the source are not looked at.
    func run(on set: InstructionSet) -> [Float] {
        let outputs = (Int(parameters.outputs) + set.lanes - 1) / set.lanes * set.lanes
        let blocks = BlockDenseParameters.blocks(inputs: Int(parameters.inputs))
        let bytes = packedCodes(lanes: set.lanes)
        let codes = GuardedFloats(
            stride(from: 0, to: bytes.count, by: 4).map { place in
                Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) })
            })
        let destination = GuardedFloats(count: samples * Int(parameters.destinationStride), repeating: 555)
        let scratch = GuardedFloats(count: samples * blocks * BlockDenseParameters.blockWords)
        set.run(
            .blockDense,
            [
                GuardedFloats(
                    Array(source.prefix((samples - 1) * Int(parameters.sourceStride) + Int(parameters.inputs)))),
                codes, GuardedFloats(packedScales(lanes: set.lanes)),
                bias.map { GuardedFloats($0 + [Float](repeating: 0, count: outputs - $0.count)) }, destination, scratch,
            ], parameters, samples: samples)
        return destination.values
    }
}
