/// What becomes of an element and the update that goes to its place.
public enum ScatterReduction: String, Sendable, CaseIterable {
    /// The update.
    case none
    case add, multiply, maximum, minimum

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        let word = try attributes.word("reduction", of: Self.allCases.map(\.rawValue), default: "none")
        self = Self(rawValue: word) ?? .none
    }

    var attribute: [Attribute] { self == .none ? [] : [Attribute("reduction", .word(rawValue))] }

    /// Refuses the reductions without a gradient.
    func checkGradient(_ context: GradientContext) throws(GraphError) {
        if self == .none || self == .add || !context.needed.contains(true) { return }
        throw GraphError(
            place: context.editor.graph[context.node.results[0]].name,
            message: "\(context.node.operation.name) has no gradient with the reduction \(rawValue)",
            remedy: "use none or add, or train only what comes after it")
    }

    /// `x` with the updates at the offsets that `place` says for their own; nil where one is skipped.
    func scatter(_ updates: Tensor, into x: Tensor, _ place: (Int) -> Int?) -> Tensor {
        var result = x
        switch (x.data, updates.data) {
        case (.integers(var own), .integers(let new)):
            for (offset, update) in new.enumerated() {
                guard let place = place(offset) else { continue }
                own[place] = x.elementType.wrapped(combined(own[place], update, sum: &+, product: &*))
            }
            result.data = .integers(own)
        default:
            var own = x.elements
            for (offset, update) in updates.elements.enumerated() {
                guard let place = place(offset) else { continue }
                own[place] = combined(own[place], update, sum: +, product: *)
            }
            result.data = .numbers(own)
        }
        return result
    }

    private func combined<Number: Comparable>(
        _ own: Number, _ update: Number, sum: (Number, Number) -> Number, product: (Number, Number) -> Number
    ) -> Number {
        switch self {
        case .none: update
        case .add: sum(own, update)
        case .multiply: product(own, update)
        case .maximum: max(own, update)
        case .minimum: min(own, update)
        }
    }
}
