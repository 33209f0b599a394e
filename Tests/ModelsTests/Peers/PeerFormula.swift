/// The numbers that a fixture is computed from. `Bench/peers/fixtures/formula.py` states the formula, and gives the same numbers
/// to the other framework. All of them are exact in f32.
struct PeerFormula: Sendable {
    /// Stands before every name. It is drawn so that rounding decides nothing.
    let salt: String

    enum Kind: String, Decodable, Sendable {
        /// A weight of two dimensions or more, within the power of two that is nearest to √(6 / inputs): the bound of the uniform
        /// initialization of He et al., "Delving Deep into Rectifiers" (2015), section 2.2.
        case weight
        /// Within ±1/8.
        case vector
        /// 1 and a vector.
        case factor
        /// Between 0 and 1.
        case fraction
        /// Between −1 and 1.
        case signed
        /// Whole numbers below a bound.
        case whole
    }

    /// The elements of what has this name, in row-major order. `bound` belongs to whole numbers alone.
    func numbers(_ name: String, shape: [Int], _ kind: Kind, bound: Int = 1) -> [Float] {
        let count = shape.reduce(1, *)
        let words = words(name, count: count)
        switch kind {
        case .whole: return words.map { Float($0 % UInt32(bound)) }
        case .fraction: return words.map { Float(2 * Int($0 >> 20) + 1) / 8192 }
        case .signed: return words.map(Self.signed)
        case .vector: return words.map { Self.signed($0) / 8 }
        case .factor: return words.map { 1 + Self.signed($0) / 8 }
        case .weight:
            var scale: Float = 1
            while scale * scale * Float(count / shape[0]) > 12 { scale /= 2 }
            return words.map { Self.signed($0) * scale }
        }
    }

    private static func signed(_ word: UInt32) -> Float { Float(2 * Int(word >> 20) - 4095) / 4096 }

    /// The first words of the stream with this name: MurmurHash3's finalizer over a Weyl sequence that starts at the FNV-1a hash of
    /// salt and name.
    private func words(_ name: String, count: Int) -> [UInt32] {
        var seed: UInt32 = 2_166_136_261
        for byte in (salt + name).utf8 { seed = (seed ^ UInt32(byte)) &* 16_777_619 }
        return (0..<UInt32(count)).map { index in
            var word = seed &+ index &* 0x9E37_79B9
            word ^= word >> 16
            word &*= 0x85EB_CA6B
            word ^= word >> 13
            word &*= 0xC2B2_AE35
            word ^= word >> 16
            return word
        }
    }
}
