import ApusInstructions

/// What stands in unused lanes, and what no kernel may let into a result.
let garbage: Float = 1e30

extension SeededGenerator {
    mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    /// Small whole numbers: their sums of products are exact in 32 bits, so results can be compared for equality, and
    /// the maximum of a window is often there more than once.
    mutating func wholeNumbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(int(-3...3)) } }
}

extension ImageLayout {
    /// The logical values in this layout, with a border of zeros, and garbage everywhere else.
    func image(_ values: [Float], samples: Int) -> [Float] {
        var image = [Float](repeating: garbage, count: samples * Int(sampleStride))
        for sample in 0..<samples {
            for channel in 0..<Int(channels) {
                for y in -Int(top)..<Int(height + bottom) {
                    for x in -Int(left)..<Int(width + right) {
                        let inside = (0..<Int(height)).contains(y) && (0..<Int(width)).contains(x)
                        let logical = ((sample * Int(channels) + channel) * Int(height) + y) * Int(width) + x
                        image[index(sample, channel, y, x)] = inside ? values[logical] : 0
                    }
                }
            }
        }
        return image
    }
}
