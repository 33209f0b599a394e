/// Which numbers bytes stand for: `(code − zero) · scale`.
struct ByteGrid: Equatable {
    var scale: Double
    var zero: Int

    /// The number that a byte stands for, in single precision.
    func number(_ code: Int) -> Double { Double(Float(code - zero) * Float(scale)) }

    /// The byte that a number becomes.
    func code(_ number: Double) -> Int {
        let steps = min(Double(255 - zero), max(Double(-zero), number / scale))
        return Int(steps.rounded(.toNearestOrEven)) + zero
    }

    /// The byte that stands for just this number; nil where there is none.
    func exactCode(_ number: Double) -> Int? {
        guard number.isFinite else { return nil }
        let code = code(number)
        return self.number(code) == number ? code : nil
    }

    /// How many steps of another grid a step is, in single precision; nil where that is no number above zero.
    func scale(in other: ByteGrid) -> Double? {
        let steps = Float(scale) / Float(other.scale)
        return steps >= .leastNormalMagnitude && steps.isFinite ? Double(steps) : nil
    }
}
