import ApusInstructions

extension GuardedFloats {
    convenience init(bytes: [UInt8]) {
        self.init(count: (bytes.count + 3) / 4)
        for (index, byte) in bytes.enumerated() { address.storeBytes(of: byte, toByteOffset: index, as: UInt8.self) }
    }
}

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(int(0...255)) } }

    /// Limits and a zero point that bytes can have.
    mutating func rounding() -> (floor: Float, ceiling: Float, zeroPoint: Int32) {
        let zero = [0, 7, 128, 255][int(0...3)]
        let isRectified = chance(40)
        return (isRectified ? 0 : Float(-zero), Float(255 - zero), Int32(zero))
    }
}

/// The byte that a value becomes.
func roundedByte(_ value: Float, floor: Float, ceiling: Float, zeroPoint: Int32) -> UInt8 {
    UInt8(Int32(min(ceiling, max(floor, value)).rounded(.toNearestOrEven)) + zeroPoint)
}

extension ImageLayout {
    /// Records a byte of the result that is not the expected one, or a byte beside the image that was written.
    ///
    /// - Parameter before: what was there.
    func firstDifference(
        from expected: (_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> UInt8, in result: GuardedFloats, before: [UInt8],
        samples: Int
    ) -> String? {
        var isImage = [Bool](repeating: false, count: before.count)
        var found: String?
        for n in 0..<samples {
            for c in 0..<blocks * Int(channelBlock) {
                for y in 0..<Int(height) {
                    for x in 0..<Int(width) {
                        let place = index(n, c, y, x)
                        isImage[place] = true
                        // What unused lanes hold is open.
                        guard c < channels, found == nil, result.byte(place) != expected(n, c, y, x) else { continue }
                        found = "[\(n), \(c), \(y), \(x)] is \(result.byte(place)), not \(expected(n, c, y, x))"
                    }
                }
            }
        }
        if let found { return found }
        let touched = before.indices.first { !isImage[$0] && result.byte($0) != before[$0] }
        return touched.map { "byte \($0), which is no part of the image, was written" }
    }
}
