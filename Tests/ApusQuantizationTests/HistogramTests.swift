import TestSupport
import Testing

@testable import ApusQuantization

@Suite struct HistogramTests {
    private static func histogram(_ numbers: [Float]) -> Histogram {
        var histogram = Histogram()
        histogram.add(numbers.span)
        return histogram
    }

    private static func numbers(_ count: Int, _ random: inout SplitMix64) -> [Float] {
        (0..<count).map { _ in
            let size = Float(sign: .plus, exponent: Int.random(in: -20...20, using: &random), significand: 1)
            return Float.random(in: -1...1, using: &random) * size
        }
    }

    @Test func binsHoldAllThatCame() {
        let histogram = Self.histogram([0, 0, 1, -2, 3, .infinity, .nan])
        #expect(histogram.count == 7 && histogram.zeros == 2 && histogram.notFinite == 2)
        #expect(histogram.minimum == -2 && histogram.maximum == 3)
        #expect(histogram.counts.reduce(0, +) == 3)
        // The smallest power of two with which 3 is within 4,096 bins: 4 / 4,096.
        #expect(histogram.width == 1.0 / 1024)
        let begins = histogram.bins.map { $0.middle - 0.5 / 1024 }
        #expect(begins == [-2, 1, 3])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func orderAndPartsDoNotMatter(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let numbers = Self.numbers(500, &random)
        let whole = Self.histogram(numbers)
        #expect(whole == Self.histogram(numbers.shuffled(using: &random)), "seed \(seed)")
        let cut = Int.random(in: 0...500, using: &random)
        var parts = Self.histogram(Array(numbers[..<cut]))
        parts.merge(Self.histogram(Array(numbers[cut...])))
        #expect(parts == whole, "seed \(seed)")
        var batches = Histogram()
        for start in stride(from: 0, to: 500, by: 37) { batches.add(numbers[start..<min(start + 37, 500)].span) }
        #expect(batches == whole, "seed \(seed)")
    }

    @Test func sizesOfAllKindsFit() {
        for size in [Float.leastNonzeroMagnitude, .leastNormalMagnitude, 1e-20, 1, 1e20, .greatestFiniteMagnitude] {
            let histogram = Self.histogram([size, -size, size / 2])
            // Half of the smallest number is zero.
            #expect(histogram.counts.reduce(histogram.zeros, +) == 3, "\(size)")
            #expect(histogram.maximum == size && histogram.minimum == -size)
        }
        #expect(Self.histogram([]).counts.reduce(0, +) == 0)
        #expect(Self.histogram([0]).maximum == 0)
    }

    @Test func whatIsOutsideIsCounted() {
        let histogram = Self.histogram([-4, -1, 0, 0, 1, 2, 3, 8])
        #expect(histogram.share(outside: -4...8) == 0)
        #expect(histogram.share(outside: -1...3) == 0.25)
        #expect(histogram.share(outside: 0...1) == 0.625)
    }
}
