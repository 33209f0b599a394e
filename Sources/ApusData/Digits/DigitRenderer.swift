/// Draws a shape's segments with soft edges, and centres the ink.
struct DigitRenderer {
    /// Pixels along each side.
    let size: Int
    /// Pixels of this image to one of 28 × 28.
    private let scale: Float

    init(size: Int) {
        self.size = size
        scale = Float(size) / 28
    }

    func render(_ shape: DigitShape, _ random: inout CounterRandom) -> [UInt8] {
        // The ink's edge is this many pixels wide: what scanning and shrinking leave of a sharp one.
        let softness = random.uniform(0.7, 1.3)
        var ink = [Float](repeating: 0, count: size * size)
        for segment in shape.segments { draw(segment, softness, &ink) }
        return centred(ink)
    }

    private func draw(_ segment: PenSegment, _ softness: Float, _ ink: inout [Float]) {
        let middle = SIMD2<Float>(repeating: Float(size) / 2)
        let start = segment.start * scale + middle
        let line = (segment.end - segment.start) * scale
        let radius = segment.startRadius * scale
        let growth = (segment.endRadius - segment.startRadius) * scale
        let reach = max(radius, radius + growth) + softness / 2
        let lengthSquared = max((line * line).sum(), 1e-6)
        let columns = range(start.x, start.x + line.x, reach)
        for y in range(start.y, start.y + line.y, reach) {
            let offsetY = Float(y) + 0.5 - start.y
            for x in columns {
                let offset = SIMD2(Float(x) + 0.5 - start.x, offsetY)
                let along = min(max((offset * line).sum() / lengthSquared, 0), 1)
                let away = offset - along * line
                let distance = (away * away).sum().squareRoot()
                let coverage = (radius + along * growth - distance) / softness + 0.5
                let index = y * size + x
                ink[index] = max(ink[index], min(coverage, 1))
            }
        }
    }

    /// The pixels whose centres may lie within `reach` of the line from `a` to `b`.
    private func range(_ a: Float, _ b: Float, _ reach: Float) -> Range<Int> {
        let minimum = max(Int((min(a, b) - reach - 0.5).rounded(.up)), 0)
        let maximum = min(Int((max(a, b) + reach - 0.5).rounded(.down)), size - 1)
        return minimum..<max(maximum + 1, minimum)
    }

    /// Moves the ink by whole pixels so that its centre of mass comes to lie nearest to the middle.
    private func centred(_ ink: [Float]) -> [UInt8] {
        var mass: Float = 0
        var moment = SIMD2<Float>.zero
        for y in 0..<size {
            for x in 0..<size {
                let value = ink[y * size + x]
                mass += value
                moment += value * SIMD2(Float(x) + 0.5, Float(y) + 0.5)
            }
        }
        let shift = SIMD2(repeating: Float(size) / 2) - moment / max(mass, 1e-6)
        let moveX = Int(shift.x.rounded())
        let moveY = Int(shift.y.rounded())
        var bytes = [UInt8](repeating: 0, count: size * size)
        for y in max(0, moveY)..<min(size, size + moveY) {
            for x in max(0, moveX)..<min(size, size + moveX) {
                bytes[y * size + x] = UInt8(ink[(y - moveY) * size + x - moveX] * 255 + 0.5)
            }
        }
        return bytes
    }
}
