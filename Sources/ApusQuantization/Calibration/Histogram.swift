/// How often numbers of each size occur, in a bounded number of bins.
///
/// A bin's width is a power of two, the smallest with which all numbers are within 4,096 bins on either side of zero. So it doubles as
/// larger numbers come, and two bins become one: the result depends on the numbers alone, not on their order, and histograms of parts
/// can be merged.
package struct Histogram: Sendable, Equatable {
    /// Bins on either side of zero.
    static let side = 1 << 12
    /// The exponent of the smallest bins.
    private static let smallestExponent = -100

    /// A bin is 2 to this power wide.
    private(set) var exponent = Histogram.smallestExponent
    /// Bin `i` begins at `(i − side) · width`. Empty while nothing but zeros came.
    private(set) var counts: [Int] = []
    /// Numbers that are exactly 0 are in no bin: any scale has a code for them.
    private(set) var zeros = 0
    /// Numbers in all.
    private(set) var count = 0
    /// Those that are infinite or no numbers; they are in no bin.
    private(set) var notFinite = 0
    /// The ends of all finite numbers; 0 counts as one.
    private(set) var minimum: Float = 0
    private(set) var maximum: Float = 0

    package init() {}

    var width: Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// Takes in numbers.
    mutating func add(_ numbers: Span<Float>) {
        var (lowest, highest): (Float, Float) = (0, 0)
        for index in numbers.indices {
            let number = numbers[index]
            guard number.isFinite else { continue }
            lowest = min(lowest, number)
            highest = max(highest, number)
        }
        minimum = min(minimum, lowest)
        maximum = max(maximum, highest)
        widen(to: Self.exponent(reaching: max(-lowest, highest)))
        count += numbers.count
        let inverse = Float(sign: .plus, exponent: -exponent, significand: 1)
        for index in numbers.indices {
            let number = numbers[index]
            if number == 0 {
                zeros += 1
            } else if number.isFinite {
                // What is so near to zero that the product is zero has its sign all the same.
                let place = Int((number * inverse).rounded(.down))
                counts[(number < 0 ? min(place, -1) : place) + Self.side] += 1
            } else {
                notFinite += 1
            }
        }
    }

    /// Takes in another histogram's numbers.
    mutating func merge(_ other: Histogram) {
        var other = other
        let exponent = max(exponent, other.exponent)
        widen(to: exponent)
        other.widen(to: exponent)
        for (bin, count) in other.counts.enumerated() where count > 0 { counts[bin] += count }
        zeros += other.zeros
        count += other.count
        notFinite += other.notFinite
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// The exponent with which a size is within the bins.
    private static func exponent(reaching size: Float) -> Int {
        size == 0 ? smallestExponent : max(Int(size.exponent) + 1 - side.trailingZeroBitCount, smallestExponent)
    }

    private mutating func widen(to exponent: Int) {
        if counts.isEmpty { counts = Array(repeating: 0, count: 2 * Self.side) }
        guard exponent > self.exponent else { return }
        if minimumBin != nil {
            let shift = exponent - self.exponent
            var wider = Array(repeating: 0, count: 2 * Self.side)
            for (bin, count) in counts.enumerated() where count > 0 {
                let place = shift < Int.bitWidth ? (bin - Self.side) >> shift : (bin < Self.side ? -1 : 0)
                wider[place + Self.side] += count
            }
            counts = wider
        }
        self.exponent = exponent
    }

    private var minimumBin: Int? { counts.firstIndex { $0 > 0 } }

    /// The bins that have numbers, in ascending order: the middle, and how many there are.
    var bins: [(middle: Double, count: Double)] {
        let width = width
        return counts.enumerated().compactMap { bin, count in
            count > 0 ? ((Double(bin - Self.side) + 0.5) * width, Double(count)) : nil
        }
    }

    /// The share of the numbers that are outside of a range, to the width of a bin.
    package func share(outside range: ClosedRange<Float>) -> Double {
        guard count > 0 else { return 0 }
        let half = width / 2
        // What ends within a bin has not left the range where the bin's middle hasn't.
        let (low, high) = (Double(range.lowerBound) - half, Double(range.upperBound) + half)
        return bins.reduce(0) { $0 + ($1.middle < low || $1.middle > high ? $1.count : 0) } / Double(count)
    }
}
