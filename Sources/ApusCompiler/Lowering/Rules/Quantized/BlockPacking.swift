import ApusGraph
import ApusInstructions

/// The codes of a dense layer, and how they are packed for ``BlockDenseParameters``.
struct BlockPacking {
    let units: Int
    let inputs: Int
    /// Inputs that have a scale in common.
    let block: Int
    /// `[units][inputs]`
    private let codes: [Int]
    /// Bits that all codes have room in: 4 or 8.
    let bits: Int
    /// `[units][blocks]`
    private let scales: [Float]

    init(units: Int, inputs: Int, block: Int, codes: Elements, scales: Elements) {
        self.units = units
        self.inputs = inputs
        self.block = block
        self.codes = codes.whole
        bits = self.codes.allSatisfy((-8...7).contains) ? 4 : 8
        self.scales = scales.doubles.map { Float($0) }
    }

    /// Packed codes and scales; of outputs and inputs that aren't there they are zero. O(codes).
    func packed(lanes: Int) -> (codes: [UInt8], scales: [Float]) {
        let blocks = BlockDenseParameters.blocks(inputs: inputs)
        let size = BlockDenseParameters.block
        let outputs = units.roundedUp(to: lanes)
        let ownBlocks = (inputs + block - 1) / block
        // Bytes hold how much more a code is than the least.
        let zero = 1 << (bits - 1)
        var bytes = [UInt8](
            repeating: UInt8(bits == 8 ? zero : zero | zero << 4), count: outputs * blocks * size / 8 * bits)
        var packedScales = [Float](repeating: 0, count: outputs * blocks)
        for unit in 0..<units {
            let first = unit / lanes * blocks
            for number in 0..<blocks {
                let scale = scales[unit * ownBlocks + number * size / block]
                packedScales[(first + number) * lanes + unit % lanes] = scale
            }
            for input in 0..<inputs {
                let (number, place) = (input / size, input % size)
                let word = (first + number) * bits + place / (32 / bits)
                let byte = (word * lanes + unit % lanes) * 4 + place % 4
                let code = UInt8(codes[unit * inputs + input] + zero)
                if bits == 8 {
                    bytes[byte] = code
                } else if place % 8 < 4 {
                    bytes[byte] = bytes[byte] & 0xF0 | code
                } else {
                    bytes[byte] = bytes[byte] & 0x0F | code << 4
                }
            }
        }
        return (bytes, packedScales)
    }

    /// What the codes stand for, each rounded to single precision.
    var numbers: [Float] {
        let ownBlocks = (inputs + block - 1) / block
        return codes.enumerated().map { place, code in
            Float(code) * scales[place / inputs * ownBlocks + place % inputs / block]
        }
    }
}
