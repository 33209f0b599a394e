import Glibc

/// The counter-based random numbers of dropout and noise: Philox4x32-10, Salmon et al., "Parallel Random Numbers: As Easy
/// as 1, 2, 3" (2011), section 3.3. Four words are a pure function of a key of two words and a counter of four.
package enum Philox {
    package typealias Words = (UInt32, UInt32, UInt32, UInt32)

    package static func words(counter: Words, key: (UInt32, UInt32)) -> Words {
        var (state, key) = (counter, key)
        for _ in 0..<10 {
            let first = state.0.multipliedFullWidth(by: 0xD251_1F53)
            let second = state.2.multipliedFullWidth(by: 0xCD9E_8D57)
            state = (second.high ^ state.1 ^ key.0, second.low, first.high ^ state.3 ^ key.1, first.low)
            key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
        }
        return state
    }
}

/// The random numbers of one operator's elements, as `RandomParameters` of ApusInstructions defines them: element `e` of a
/// sample takes word `e % 4` of the counter (e / 4, sample, step, stream).
struct RandomElements {
    var context: EvaluationContext
    var stream: Int

    private func words(_ sample: Int, _ element: Int) -> Philox.Words {
        Philox.words(
            counter: (
                UInt32(truncatingIfNeeded: element / 4), UInt32(truncatingIfNeeded: sample),
                UInt32(truncatingIfNeeded: context.step), UInt32(truncatingIfNeeded: stream)
            ),
            key: (UInt32(truncatingIfNeeded: context.seed), UInt32(truncatingIfNeeded: context.seed >> 32)))
    }

    /// Uniform in [0, 1): the upper 24 bits of the element's word.
    func uniform(sample: Int, element: Int) -> Double {
        let words = words(sample, element)
        let word = [words.0, words.1, words.2, words.3][element % 4]
        return Double(word >> 8) * 0x1p-24
    }

    /// Normal with mean 0 and variance 1, by Box and Muller (1958): words (0, 1) give elements 0 (cosine) and 1 (sine) of
    /// the four, words (2, 3) give elements 2 and 3. The first word, as a number in (0, 1), gives the radius, and the
    /// second, as a part of a turn, the angle.
    func normal(sample: Int, element: Int) -> Double {
        let words = words(sample, element)
        let (first, second) = element % 4 < 2 ? (words.0, words.1) : (words.2, words.3)
        let radius = (-2 * log((Double(first) + 0.5) * 0x1p-32)).squareRoot()
        let angle = 2 * Double.pi * Double(second) * 0x1p-32
        return radius * (element % 2 == 0 ? cos(angle) : sin(angle))
    }

    /// Replaces each element of a batch by `body(element, sample, number within the sample)`.
    func map(_ x: Tensor, _ body: (Double, Int, Int) -> Double) -> Tensor {
        let count = x.shape.dropFirst().reduce(1, *)
        return Tensor(
            shape: x.shape,
            elements: x.elements.enumerated().map { body($1, $0 / max(count, 1), $0 % max(count, 1)) })
    }
}
