import ApusGraph
import Glibc

/// Random numbers that are a pure function of (seed, purpose, stream, position).
///
/// Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
/// (2011), section 3.3. The key is the seed. The counter is (block, stream low, stream high, purpose), so that each
/// stream has 2³⁴ numbers of 32 bits, and any number of streams can be used at once, in any order, with the same result.
public struct CounterRandom: RandomNumberGenerator, Sendable {
    /// What numbers are for. Two uses of one seed and one stream number never see the same numbers.
    public enum Purpose: UInt32, Sendable {
        case initialization = 0x8000_0000
        case shuffle
        case split
        case augmentation
        case digits
        case test
        case videos
        case tables
    }

    private let key: (UInt32, UInt32)
    private let stream: (UInt32, UInt32)
    private let purpose: UInt32
    private var block: UInt32 = 0
    private var words: SIMD4<UInt32> = .zero
    private var used = 4

    /// Numbers of a seed for a purpose. `stream` tells apart what shares both, for example an epoch or a sample.
    public init(seed: UInt64, purpose: Purpose, stream: UInt64 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.stream = (UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32))
        self.purpose = purpose.rawValue
    }

    /// 32 random bits.
    public mutating func nextWord() -> UInt32 {
        if used == 4 {
            let four = Philox.words(counter: (block, stream.0, stream.1, purpose), key: key)
            words = SIMD4(four.0, four.1, four.2, four.3)
            block &+= 1
            used = 0
        }
        defer { used += 1 }
        return words[used]
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        let low = nextWord()
        return UInt64(nextWord()) << 32 | UInt64(low)
    }

    /// A number in 0..<bound, each as likely as another. `bound` is at least 1.
    ///
    /// D. Lemire, "Fast Random Integer Generation in an Interval" (2019), algorithm 5.
    public mutating func integer(below bound: UInt32) -> UInt32 {
        var product = UInt64(nextWord()) * UInt64(bound)
        if UInt32(truncatingIfNeeded: product) < bound {
            let threshold = (0 &- bound) % bound
            while UInt32(truncatingIfNeeded: product) < threshold { product = UInt64(nextWord()) * UInt64(bound) }
        }
        return UInt32(truncatingIfNeeded: product >> 32)
    }

    /// A number in [0, 1): one of 2²⁴, evenly spaced.
    public mutating func uniform() -> Float { Float(nextWord() >> 8) * 0x1p-24 }

    /// A number in [low, high).
    public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// True with this probability.
    public mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

    /// A number of the standard normal distribution.
    ///
    /// G. E. P. Box, M. E. Muller, "A Note on the Generation of Random Normal Deviates" (1958); one of the pair.
    public mutating func normal() -> Float {
        let radius = (-2 * logf(1 - uniform())).squareRoot()
        return radius * cosf(2 * Float.pi * uniform())
    }
}
