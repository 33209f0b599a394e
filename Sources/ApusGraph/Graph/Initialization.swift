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
            let random = InitialRandom(seed: seed, parameter: parameter)
            return (0..<count).map { Float(bound * (2 * random.uniform($0) - 1)) }
        case .heNormal(let fanIn):
            let deviation = (2 / Double(fanIn)).squareRoot()
            let random = InitialRandom(seed: seed, parameter: parameter)
            return (0..<count).map { Float(deviation * random.normal($0)) }
        case .uniform(let bound):
            let random = InitialRandom(seed: seed, parameter: parameter)
            return (0..<count).map { Float(bound * (2 * random.uniform($0) - 1)) }
        case .normal(let deviation):
            let random = InitialRandom(seed: seed, parameter: parameter)
            return (0..<count).map { Float(deviation * random.normal($0)) }
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

    private func words(_ element: Int) -> [UInt32] {
        let group = Self.halves(UInt64(element / 4))
        let words = Philox.words(counter: (group.0, group.1, name.0, name.1), key: key)
        return [words.0, words.1, words.2, words.3]
    }

    /// Uniform in (0, 1): the middle of one of 2²⁴ equal parts.
    func uniform(_ element: Int) -> Double { (Double(words(element)[element % 4] >> 8) + 0.5) * 0x1p-24 }

    /// Normal with mean 0 and variance 1, by Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958):
    /// each pair of words gives a cosine and a sine.
    func normal(_ element: Int) -> Double {
        let words = words(element)
        let pair = element % 4 / 2 * 2
        let radius = (-2 * log((Double(words[pair] >> 8) + 0.5) * 0x1p-24)).squareRoot()
        let angle = 2 * Double.pi * Double(words[pair + 1] >> 8) * 0x1p-24
        return radius * (element % 2 == 0 ? cos(angle) : sin(angle))
    }
}
