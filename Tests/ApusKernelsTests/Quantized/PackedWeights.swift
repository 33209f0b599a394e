import ApusInstructions

// Weights of bytes as the instructions' documentation has them, by plain loops.
extension ConvolutionParameters {
    /// Puts the weights into the order of the instruction's documentation.
    func packed(_ weights: [Int8], groups: Int, lanes: Int) -> [UInt8] {
        let isPlain = source.channelBlock == 1
        let block = Int(source.channelBlock)
        let (height, width) = (Int(kernelHeight), Int(kernelWidth))
        let (reads, makes) = (Int(source.channels) / groups, Int(destination.channels) / groups)
        let blocks = Int(inputBlocks)
        var packed = [UInt8](repeating: 0, count: destination.blocks * lanes * blocks * block * height * width)
        for filter in 0..<Int(destination.channels) {
            // Groups that don't fill blocks are packed as one.
            let first = groupOutputs > 0 ? filter / makes * reads : 0
            for input in 0..<reads {
                let channel = first + input
                for row in 0..<height {
                    for column in 0..<width {
                        let line = (filter / lanes * blocks + channel / block) * height + row
                        let word =
                            isPlain
                            ? (line * width / 4 + column / 4)
                            : ((line * width + column) * lanes / 4 + channel % block / 4)
                        let byte = isPlain ? column % 4 : channel % 4
                        packed[(word * lanes + filter % lanes) * 4 + byte] = UInt8(
                            bitPattern: weights[((filter * reads + input) * height + row) * width + column])
                    }
                }
            }
        }
        return packed
    }

    /// The same for the instruction of depthwise convolutions.
    func packedDepthwise(_ weights: [Int8], lanes: Int) -> [UInt8] {
        let (height, width) = (Int(kernelHeight), Int(kernelWidth))
        let words = (width + 3) / 4
        var packed = [UInt8](repeating: 0, count: destination.blocks * lanes * height * words * 4)
        for channel in 0..<Int(destination.channels) {
            for row in 0..<height {
                for column in 0..<width {
                    let word = (channel / lanes * height + row) * words + column / 4
                    packed[(word * lanes + channel % lanes) * 4 + column % 4] = UInt8(
                        bitPattern: weights[(channel * height + row) * width + column])
                }
            }
        }
        return packed
    }

    /// `G g Gᵀ` of each kernel.
    func packedForWinograd(_ weights: [Int8], lanes: Int) -> [UInt8] {
        let inputs = source.blocks * lanes
        let matrix = [[6, 0, 0], [-1, -1, -1], [-1, 1, -1], [1, 2, 4], [1, -2, 4], [0, 0, 6]]
        var packed = [UInt8](repeating: 0, count: 2 * 36 * inputs * destination.blocks * lanes)
        for filter in 0..<Int(destination.channels) {
            for channel in 0..<Int(source.channels) {
                let first = 9 * (filter * Int(source.channels) + channel)
                for point in 0..<36 {
                    var sum = 0
                    for place in 0..<9 {
                        sum +=
                            matrix[point / 6][place / 3] * Int(weights[first + place])
                            * matrix[point % 6][place % 3]
                    }
                    let (block, pair) = (filter / lanes, filter / lanes & ~1)
                    let row = pair * 36 + point * min(2, destination.blocks - pair) + block % 2
                    let word = row * inputs / 2 + channel / 2
                    let index = 2 * ((word * lanes + filter % lanes) * 2 + channel % 2)
                    packed[index] = UInt8(truncatingIfNeeded: sum)
                    packed[index + 1] = UInt8(truncatingIfNeeded: sum >> 8)
                }
            }
        }
        return packed
    }
}
