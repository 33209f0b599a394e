import Glibc
import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct RangeTests {
    private static func histogram(_ numbers: [Float]) -> Histogram {
        var histogram = Histogram()
        histogram.add(numbers.span)
        return histogram
    }

    /// Numbers of a normal distribution, by Box and Muller's formula.
    private static func normal(_ count: Int, seed: UInt64) -> [Float] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            let (u, v) = (Double.random(in: 0.0.nextUp...1, using: &random), Double.random(in: 0...1, using: &random))
            return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
        }
    }

    @Test func zeroHasACode() {
        for range in [Float(-1)...1, 0.5...2, -3 ... -1, -0.1...7, 0...0, -1e-30...1e30] {
            let scale = CodeScale(range)
            #expect(0...255 ~= scale.zeroPoint && scale.scale > 0, "\(range)")
            #expect(scale.rounded(0) == 0 && scale.code(of: 0) == scale.zeroPoint, "\(range)")
        }
        #expect(CodeScale(0...0) == CodeScale(0...0) && CodeScale(0...0).scale == 1)
    }

    @Test func codesCoverTheRange() {
        let scale = CodeScale(-1...1)
        // 2 / 255 is a step, rounded up in single precision, so that −1 is not quite 127.5 of them below zero.
        #expect(scale.scale == Float(2.0 / 255) && scale.zeroPoint == 127)
        #expect(scale.code(of: -2) == 0 && scale.code(of: 2) == 255)
        #expect(CodeScale(0...2.55).zeroPoint == 0)
        #expect(CodeScale(-2.55...0).zeroPoint == 255)
        // What lies beside zero is widened to it.
        #expect(CodeScale(1...2.55) == CodeScale(0...2.55))
    }

    @Test func roundingIsToNearestEven() {
        var scale = CodeScale(0...255)
        #expect(scale.scale == 1)
        #expect([0.5, 1.5, 2.5, 3.5].map { scale.code(of: $0) } == [0, 2, 2, 4])
        scale.zeroPoint = 1
        #expect([0.5, 1.5].map { scale.code(of: $0) } == [1, 3])
    }

    @Test func minimumAndMaximumAreAllThatWasSeen() {
        #expect(CalibrationMethod.minmax.range(Self.histogram([-3, 0, 5])) == -3...5)
        #expect(CalibrationMethod.minmax.range(Self.histogram([2, 3])) == 0...3)
        for method in [CalibrationMethod.minmax, .percentile(99), .entropy, .leastSquares] {
            #expect(method.range(Self.histogram([0, 0])) == 0...0)
        }
    }

    @Test func aPercentileLeavesOutItsShare() {
        // 1,000 numbers: 1 to 1,000.
        let histogram = Self.histogram((1...1000).map { Float($0) })
        let range = CalibrationMethod.percentile(99).range(histogram)
        // Ten may be left out: 991 and above. A bin is a quarter wide.
        #expect(range.lowerBound == 0 && abs(range.upperBound - 990) <= 0.25, "\(range)")
        #expect(CalibrationMethod.percentile(100).range(histogram) == 0...1000)
        let both = Self.histogram((1...1000).flatMap { [Float($0), -Float($0)] })
        let wide = CalibrationMethod.percentile(99).range(both)
        #expect(abs(wide.lowerBound + 980) <= 0.25 && abs(wide.upperBound - 980) <= 0.25, "\(wide)")
    }

    @Test func outliersAreCutOffWhereThatPays() {
        // What 12 loses at 9 or less is less than what a shorter step gains for all others.
        let numbers = Self.normal(200_000, seed: 1) + [12]
        let histogram = Self.histogram(numbers)
        for method in [CalibrationMethod.entropy, .leastSquares, .percentile(99.99)] {
            let range = method.range(histogram)
            #expect(range.upperBound < 10 && range.upperBound > 2, "\(method): \(range)")
        }
        #expect(CalibrationMethod.minmax.range(histogram).upperBound == 12)
    }

    /// No range among those on a grid of its own has a smaller error than the one that is found, but for a little.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func leastSquaresIsNearTheLeast(seed: UInt64) {
        let numbers = Self.normal(4000, seed: seed).map { $0 * $0 * $0 }
        func error(_ range: ClosedRange<Float>) -> Double {
            let scale = CodeScale(range)
            return numbers.reduce(0) { sum, number in
                let difference = Double(number) - scale.rounded(Double(number))
                return sum + difference * difference
            }
        }
        let found = error(CalibrationMethod.leastSquares.range(Self.histogram(numbers)))
        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
        var least = Double.infinity
        for lower in 1...24 {
            for upper in 1...24 { least = min(least, error(low * Float(lower) / 24...high * Float(upper) / 24)) }
        }
        #expect(found <= least * 1.02, "seed \(seed): \(found) and \(least)")
        #expect(found <= error(low...high), "seed \(seed)")
    }

    /// What a code for each number keeps has no divergence, and 256 numbers that are there as often have such codes.
    @Test func entropyKeepsAnEvenDistribution() {
        let histogram = Self.histogram((1...256).map { Float($0) - 0.5 })
        let range = CalibrationMethod.entropy.range(histogram)
        #expect(range.upperBound > 240, "\(range)")
    }
}
