/// How many bits a weight has, where weights alone become codes.
package enum WeightBits: String, Sendable, CaseIterable {
    case i8, i4

    /// The codes that there are.
    var codes: ClosedRange<Double> { self == .i8 ? -127...127 : -8...7 }

    /// Bits of a code.
    package var count: Int { self == .i8 ? 8 : 4 }

    /// The codes that the weight of the largest magnitude of a block is tried to become.
    ///
    /// Of few codes it pays to cut off a little, or to leave some at the ends unused; and as there is one more below zero, scales may be
    /// negative. Fractions move the borders between the codes of all other weights.
    fileprivate var tries: [Double] {
        switch self {
        case .i8: return (0...8).map { 127 - Double($0) / 4 }
        case .i4:
            let largest = (0...24).map { 6 + Double($0) / 8 }
            return largest + largest.map { -$0 }
        }
    }
}

/// The weights of a layer as whole numbers with a scale for each block of inputs of each output, whose squared errors are the least that are
/// found.
struct BlockCodes: Sendable, Equatable {
    /// In the weight's order.
    var codes: [Int] = []
    /// For each output, one for each block.
    var scales: [Float] = []
    /// What the codes lose of the weights.
    var noise = SignalToNoise()

    /// Inputs that have a scale in common.
    static let block = 32

    /// - Parameters:
    ///   - weights: rows, one for each output.
    ///   - inputs: elements of a row.
    init(_ weights: [Float], inputs: Int, bits: WeightBits) {
        let rows = Array(0..<weights.count / inputs)
        // Rows that are worth a thread.
        let share = max(1, (1 << 14) / inputs)
        let parts = stride(from: 0, to: rows.count, by: share).map { rows[$0..<min($0 + share, rows.count)] }
        let found = concurrently(parts) { rows in
            var part = BlockCodes()
            for row in rows { part.append(weights[row * inputs..<(row + 1) * inputs], bits) }
            return part
        }
        for part in found {
            codes += part.codes
            scales += part.scales
            noise.signal += part.noise.signal
            noise.noise += part.noise.noise
        }
    }

    private init() {}

    private mutating func append(_ row: ArraySlice<Float>, _ bits: WeightBits) {
        for first in stride(from: row.startIndex, to: row.endIndex, by: Self.block) {
            append(block: row[first..<min(first + Self.block, row.endIndex)].map(Double.init), bits)
        }
    }

    /// Of codes `q` the best scale is `Σ w · q / Σ q²`, and `(Σ w · q)² / Σ q²` is what it takes away of the squared error.
    private mutating func append(block weights: [Double], _ bits: WeightBits) {
        let largest = weights.max { abs($0) < abs($1) } ?? 0
        var (best, taken, scale) = (weights.map { _ in 0.0 }, 0.0, 1.0)
        if largest != 0 {
            for code in bits.tries {
                let trial = weights.map { Self.code($0 / largest * code, bits) }
                let product = zip(weights, trial).reduce(0) { $0 + $1.0 * $1.1 }
                let squares = trial.reduce(0) { $0 + $1 * $1 }
                if product * product > taken * squares {
                    (best, taken, scale) = (trial, product * product / squares, product / squares)
                }
            }
        }
        // A scale that single precision can't hold makes the whole block zeros.
        let usable = Float(scale).isNormal ? Float(scale) : 1
        if Float(scale) != usable { best = weights.map { _ in 0 } }
        codes += best.map { Int($0) }
        scales.append(usable)
        for (weight, code) in zip(weights, best) {
            let difference = weight - code * Double(usable)
            noise.signal += weight * weight
            noise.noise += difference * difference
        }
    }

    private static func code(_ number: Double, _ bits: WeightBits) -> Double {
        min(max(number.rounded(.toNearestOrEven), bits.codes.lowerBound), bits.codes.upperBound)
    }
}
