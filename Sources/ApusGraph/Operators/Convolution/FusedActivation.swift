/// What a fused operator applies to its sums.
package enum FusedActivation: Sendable, Hashable {
    case none, relu
    /// Keeps results within limits.
    case clip(minimum: Double, maximum: Double)

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        switch try attributes.word("activation", of: ["none", "relu", "clip"], default: "none") {
        case "relu": self = .relu
        case "clip":
            let numbers = -Double.infinity...Double.infinity
            self = .clip(
                minimum: try attributes.number("min", in: numbers, default: -.infinity),
                maximum: try attributes.number("max", in: numbers, default: .infinity))
        default: self = .none
        }
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
