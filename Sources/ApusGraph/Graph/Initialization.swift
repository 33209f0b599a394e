import Glibc

extension Initializer {
    /// The elements that a parameter of this name starts with: a pure function of seed, name and element.
    ///
    /// The random numbers are those of Philox4x32-10 with the seed as key and, as counter, the number of the element by
    /// fours and the name's 64-bit FNV-1a hash, so that a parameter starts alike whatever else is in the model.
    public func elements(count: Int, seed: UInt64, parameter: String) -> [Float] {
        switch self {
        case .constant(let value):
            return Array(repeating: Float(value), count: count)
        case .glorotUniform(let fanIn, let fanOut):
            let bound = (6 / Double(fanIn + fanOut)).squareRoot()
            return InitialRandom(seed: seed, parameter: parameter).uniform(count: count, bound: bound)
        case .heNormal(let fanIn):
            let deviation = (2 / Double(fanIn)).squareRoot()
            return InitialRandom(seed: seed, parameter: parameter).normal(count: count, deviation: deviation)
        case .uniform(let bound):
            return InitialRandom(seed: seed, parameter: parameter).uniform(count: count, bound: bound)
        case .normal(let deviation):
            return InitialRandom(seed: seed, parameter: parameter).normal(count: count, deviation: deviation)
        }
    }
}

extension Model {
    /// The model with every parameter that has no weights yet filled by its initializer. The same seed gives the same
    /// weights.
    public func initialized(seed: UInt64) -> Model {
        var model = self
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            guard model.weights[value.name] == nil else { continue }
            model.weights[value.name] = parameter.initializer.elements(
                count: value.type.sampleElements ?? 0, seed: seed, parameter: value.name)
        }
        return model
    }
}

/// The random numbers that one parameter starts with.
private struct InitialRandom {
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

    /// The first `count` elements, where `four` gives those of a group.
    private func elements(_ count: Int, _ four: (_ group: Int) -> SIMD4<Float>) -> [Float] {
        unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for group in 0..<count / 4 {
                let numbers = four(group)
                for index in 0..<4 { unsafe buffer.initializeElement(at: 4 * group + index, to: numbers[index]) }
            }
            if count % 4 > 0 {
                let numbers = four(count / 4)
                for index in 0..<count % 4 {
                    unsafe buffer.initializeElement(at: count / 4 * 4 + index, to: numbers[index])
                }
            }
            initialized = count
        }
    }
}
