/// What the codes 0 to 255 of a value stand for: `(code − zeroPoint) · scale`, of which one is exactly 0.
///
/// Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (2018), equation 1.
package struct CodeScale: Sendable, Equatable {
    package var scale: Float
    /// 0 to 255.
    package var zeroPoint: Int

    init(scale: Float, zeroPoint: Int) {
        self.scale = scale
        self.zeroPoint = zeroPoint
    }

    /// The scale that covers a range and zero as near as it can.
    package init(_ range: ClosedRange<Float>) {
        let (lowest, highest) = (Double(min(range.lowerBound, 0)), Double(max(range.upperBound, 0)))
        guard highest > lowest else {
            scale = 1
            zeroPoint = 0
            return
        }
        scale = max(Float((highest - lowest) / Double(Self.lastCode)), .leastNormalMagnitude)
        zeroPoint = Int(min(max((-lowest / Double(scale)).rounded(.toNearestOrEven), 0), Double(Self.lastCode)))
    }

    static let lastCode = 255

    /// What the first and the last code stand for.
    package var range: ClosedRange<Float> {
        Float(-zeroPoint) * scale...Float(Self.lastCode - zeroPoint) * scale
    }

    /// The code of a number: the nearest, of two the even one.
    func code(of number: Double) -> Int {
        let code = (number / Double(scale)).rounded(.toNearestOrEven) + Double(zeroPoint)
        return Int(min(max(code, 0), Double(Self.lastCode)))
    }

    /// What remains of a number.
    func rounded(_ number: Double) -> Double { Double(code(of: number) - zeroPoint) * Double(scale) }
}
