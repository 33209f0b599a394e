/// What a fused operator applies to its sums.
package enum FusedActivation: Sendable, Hashable {
    case none, relu
    /// Keeps results within limits.
    case clip(minimum: Double, maximum: Double)

    /// One of an operator that does not clip.
    init(unclipped attributes: inout AttributeReader) throws(AttributeError) {
        self = try attributes.word("activation", of: ["none", "relu"], default: "none") == "relu" ? .relu : .none
    }

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        let word = try attributes.word("activation", of: ["none", "relu", "clip"], default: "none")
        let numbers = -Double.infinity...Double.infinity
        let minimum = try attributes.number("min", in: numbers, default: -.infinity)
        let maximum = try attributes.number("max", in: numbers, default: .infinity)
        self = word == "clip" ? .clip(minimum: minimum, maximum: maximum) : word == "relu" ? .relu : .none
    }

    var attributes: [Attribute] {
        switch self {
        case .none: []
        case .relu: [Attribute("activation", .word("relu"))]
        case .clip(let minimum, let maximum):
            [
                Attribute("activation", .word("clip")), Attribute("min", .number(minimum)),
                Attribute("max", .number(maximum)),
            ]
        }
    }

    func apply(_ x: Double) -> Double {
        switch self {
        case .none: x
        case .relu: max(x, 0)
        // What is not a number stays so.
        case .clip(let minimum, let maximum): x < minimum ? minimum : x > maximum ? maximum : x
        }
    }
}
