import Glibc

/// The random numbers that one parameter starts with.
struct InitialRandom {
    private let key: (UInt32, UInt32)
    private let name: (UInt32, UInt32)

    init(seed: UInt64, parameter: String) {
        key = Self.halves(seed)
        // Fowler, Noll and Vo's hash 1a, 64 bits (RFC 9923).
        let hash = parameter.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        name = Self.halves(hash)
    }

    private static func halves(_ word: UInt64) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: word), UInt32(truncatingIfNeeded: word >> 32))
    }

    /// The four words of elements `4 · group` to `4 · group + 3`.
    private func words(_ group: Int) -> Philox.Words {
        let group = Self.halves(UInt64(group))
        return Philox.words(counter: (group.0, group.1, name.0, name.1), key: key)
    }

    /// The middle of one of 2²⁴ equal parts of (0, 1).
    private static func fraction(_ word: UInt32) -> Double { (Double(word >> 8) + 0.5) * 0x1p-24 }

    /// Uniform in (−bound, bound).
    func uniform(count: Int, bound: Double) -> [Float] {
        elements(count) { group in
            let words = words(group)
            func number(_ word: UInt32) -> Float { Float(bound * (2 * Self.fraction(word) - 1)) }
            return SIMD4(number(words.0), number(words.1), number(words.2), number(words.3))
        }
    }

    /// Normal with mean 0, by Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958): each pair of words
    /// gives a cosine and a sine.
    func normal(count: Int, deviation: Double) -> [Float] {
        elements(count) { group in
            let words = words(group)
            func pair(_ first: UInt32, _ second: UInt32) -> SIMD2<Float> {
                let radius = (-2 * log(Self.fraction(first))).squareRoot()
                let angle = 2 * Double.pi * Double(second >> 8) * 0x1p-24
                return SIMD2(Float(deviation * (radius * cos(angle))), Float(deviation * (radius * sin(angle))))
            }
            return SIMD4(lowHalf: pair(words.0, words.1), highHalf: pair(words.2, words.3))
        }
    }

    /// Elements that are worth a thread: a multiple of four.
    private static let sharedElements = 1 << 16

    /// The first `count` elements, where `four` gives those of a group.
    private func elements(_ count: Int, _ four: @escaping @Sendable (_ group: Int) -> SIMD4<Float>) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = unsafe Target(buffer: buffer)
            runConcurrently((count + Self.sharedElements - 1) / Self.sharedElements) { part in
                let first = part * Self.sharedElements
                target.fill(first..<min(first + Self.sharedElements, count), four)
            }
            initialized = count
        }
    }

    /// Memory that the threads share; each fills elements of its own.
    @safe
    private struct Target: @unchecked Sendable {
        let buffer: UnsafeMutableBufferPointer<Float>

        /// - Precondition: the range begins with a group.
        func fill(_ range: Range<Int>, _ four: (_ group: Int) -> SIMD4<Float>) {
            for first in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
                let numbers = four(first / 4)
                for index in 0..<min(4, range.upperBound - first) {
                    unsafe buffer.initializeElement(at: first + index, to: numbers[index])
                }
            }
        }
    }
}
