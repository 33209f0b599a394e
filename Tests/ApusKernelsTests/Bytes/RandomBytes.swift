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

extension SeededGenerator {
    /// Any bits, often such as lie between two numbers of bf16, are denormal, or become infinite.
    mutating func awkwardFloat() -> Float {
        let bits = UInt32(int(0...0xFFFF)) << 16 | UInt32(int(0...0xFFFF))
        switch int(0...5) {
        case 0: return Float(bitPattern: bits & 0xFFFF_0000 | 0x8000)
        case 1: return Float(bitPattern: bits & 0x807F_FFFF)
        case 2: return Float(bitPattern: bits & 0x8000_0000 | 0x7F7F_FFFF - bits & 0xFFFF)
        default: return Float(bitPattern: bits)
        }
    }
}

/// The nearest number of bf16, the even one of two, by its distance from those around it; zero for denormals.
func nearestBFloat(_ number: Float) -> Float {
    guard number.isFinite else { return number }
    guard number.isNormal else { return number.sign == .minus ? -0.0 : 0 }
    let below = Float(bitPattern: number.bitPattern & 0xFFFF_0000)
    let above = Float(bitPattern: below.bitPattern &+ 0x1_0000)
    // As if numbers went on behind the greatest.
    let end = above.isFinite ? Double(above) : Double(below) * 256 / 255
    let (down, up) = (abs(Double(number) - Double(below)), abs(end - Double(number)))
    if down != up { return down < up ? below : above }
    return below.bitPattern >> 16 & 1 == 0 ? below : above
}

/// The byte that a value becomes.
func roundedByte(_ value: Float, floor: Float, ceiling: Float, zeroPoint: Int32) -> UInt8 {
    UInt8(Int32(min(ceiling, max(floor, value)).rounded(.toNearestOrEven)) + zeroPoint)
}

extension ImageLayout {
    /// Says which byte of the result is not the expected one, or which byte beside the image was written.
    ///
    /// - Parameter before: what was there.
    func firstDifference(
        from expected: (_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> UInt8, in result: GuardedFloats, before: [UInt8],
        samples: Int
    ) -> String? {
        firstDifference(
            bytes: 1, from: { [expected($0, $1, $2, $3)] }, in: result, before: before, samples: samples)
    }

    /// The same for elements of several bytes.
    func firstDifference(
        bytes: Int, from expected: (_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> [UInt8], in result: GuardedFloats,
        before: [UInt8], samples: Int
    ) -> String? {
        var isImage = [Bool](repeating: false, count: before.count)
        var found: String?
        for n in 0..<samples {
            for c in 0..<blocks * Int(channelBlock) {
                for y in 0..<Int(height) {
                    for x in 0..<Int(width) {
                        let places = (0..<bytes).map { bytes * index(n, c, y, x) + $0 }
                        for place in places { isImage[place] = true }
                        // What unused lanes hold is open.
                        guard c < channels, found == nil else { continue }
                        let (element, right) = (places.map { result.byte($0) }, expected(n, c, y, x))
                        if element != right { found = "[\(n), \(c), \(y), \(x)] is \(element), not \(right)" }
                    }
                }
            }
        }
        if let found { return found }
        let touched = before.indices.first { !isImage[$0] && result.byte($0) != before[$0] }
        return touched.map { "byte \($0), which is no part of the image, was written" }
    }
}
