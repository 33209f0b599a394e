import ApusGraph

extension OperatorTable {
    static let extrema: [OperatorEntry] = [
        OperatorEntry("Min", since: 8) { node throws(NodeFailure) in node.finish(try node.joined(Minimum())) },
        OperatorEntry("Max", since: 8) { node throws(NodeFailure) in node.finish(try node.joined(Maximum())) },
        OperatorEntry("Clip", since: 6) { node throws(NodeFailure) in
            let bounds = (try node.optionalFloat("min"), try node.optionalFloat("max"))
            try node.finish(
                Clip(minimum: bounds.0 ?? -.infinity, maximum: bounds.1 ?? .infinity), node.input(0))
        },
        OperatorEntry("Clip", since: 11) { node throws(NodeFailure) in
            let (minimum, maximum) = (try node.bound(1), try node.bound(2))
            var x = try node.input(0)
            if case (.known(let least), .known(let most)) = (minimum, maximum) {
                let isOpen = least == -.infinity && most == .infinity
                return node.finish(isOpen ? x : try node.apply(Clip(minimum: least, maximum: most), x))
            }
            x = try node.limit(x, minimum, by: Maximum()) { Clip(minimum: $0) }
            node.finish(try node.limit(x, maximum, by: Minimum()) { Clip(maximum: $0) })
        },
    ]
}

/// A bound of what is clipped.
private enum Bound {
    /// A number that is known; infinite where there is none.
    case known(Double)
    case computed(ValueID)
}

extension NodeImport {
    /// The minimum, input 1, or the maximum, input 2.
    fileprivate mutating func bound(_ index: Int) throws(NodeFailure) -> Bound {
        guard let value = try optionalInput(index) else { return .known(index == 1 ? -.infinity : .infinity) }
        guard rank(value) == 0 || type(value).shape == [1] else {
            throw failure("clips at \(type(value)), which is no single number")
        }
        // A whole number that a double does not hold stays a value.
        guard let number = knownTensor(value)?.elements.first, !number.isNaN,
            number.isInfinite || number.magnitude <= 0x1p53
        else {
            return .computed(rank(value) == 0 ? value : try apply(Reshape(whole: []), value))
        }
        return .known(number)
    }

    fileprivate mutating func limit(
        _ x: ValueID, _ bound: Bound, by operation: any Operator, _ clip: (Double) -> Clip
    ) throws(NodeFailure) -> ValueID {
        switch bound {
        case .known(let number): number.isInfinite ? x : try apply(clip(number), x)
        case .computed(let value): try apply(operation, x, value)
        }
    }
}
