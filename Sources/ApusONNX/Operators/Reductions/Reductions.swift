import ApusGraph

extension OperatorTable {
    static let reductions: [OperatorEntry] = [
        reduction("ReduceSum", .sum, inputSince: 13) { ReduceSum(axes: $0, keep: $1) },
        reduction("ReduceProd", .product) { ReduceProduct(axes: $0, keep: $1) },
        reduction("ReduceMax", .maximum) { ReduceMax(axes: $0, keep: $1) },
        reduction("ReduceMin", .minimum) { ReduceMin(axes: $0, keep: $1) },
        reduction("ReduceMean", .mean) { ReduceMean(axes: $0, keep: $1) },
        reduction("ReduceL1", .absoluteSum) { ReduceL1(axes: $0, keep: $1) },
        reduction("ReduceL2", .length) { ReduceL2(axes: $0, keep: $1) },
        reduction("ReduceSumSquare", .squares) { ReduceSumSquare(axes: $0, keep: $1) },
        reduction("ReduceLogSum", .logarithm) { ReduceLogSum(axes: $0, keep: $1) },
        reduction("ReduceLogSumExp", .logarithmOfPowers) { ReduceLogSumExp(axes: $0, keep: $1) },
    ].flatMap(\.self)

    /// - Parameter inputSince: the version from which on the axes are an input.
    private static func reduction(
        _ name: String, _ kind: ReductionKind, inputSince: Int = 18,
        _ operation: @escaping @Sendable ([Int], Bool) -> any Operator
    ) -> [OperatorEntry] {
        [
            OperatorEntry(name) { node throws(NodeFailure) in
                let axes = try node.ints("axes", default: [])
                try node.reduce(axes, kind, operation)
            },
            OperatorEntry(name, since: inputSince) { node throws(NodeFailure) in
                let axes = node.has(1) ? try node.integers(1, "the axes") : []
                let isNothingToDo = try node.flag("noop_with_empty_axes")
                guard axes.isEmpty, isNothingToDo else { return try node.reduce(axes, kind, operation) }
                _ = try node.flag("keepdims", default: true)
                node.finish(try node.unreduced(node.input(0), kind))
            },
        ]
    }
}

/// What is made of all elements along some axes.
private enum ReductionKind {
    case sum, product, maximum, minimum, mean, absoluteSum, length, squares, logarithm, logarithmOfPowers
}

extension NodeImport {
    fileprivate mutating func reduce(
        _ axes: [Int], _ kind: ReductionKind, _ operation: ([Int], Bool) -> any Operator
    ) throws(NodeFailure) {
        let keep = try flag("keepdims", default: true)
        let x = try input(0)
        let elementType = type(x).elementType
        if elementType == .bool, kind == .maximum || kind == .minimum {
            return finish(try cast(apply(operation(axes, keep), cast(x, to: .u8)), to: .bool))
        }
        var numbers: [Int] = []
        for number in axes { numbers.append(try axis(number, rank: rank(x))) }
        if numbers.isEmpty { numbers = Array(0..<rank(x)) }
        let count = numbers.reduce(1 as Int?) { count, number in
            type(x).dimensions[number].number.flatMap { extent in count.map { [$0, extent].saturatedProduct } }
        }
        if elementType == .f64, let count {
            let kept = try foldedInDoubles(x, numbers, count: count, kind)
            return finish(keep || numbers.isEmpty ? kept : try apply(Squeeze(axes: numbers), kept))
        }
        guard kind == .mean, elementType.isInteger else { return try finish(operation(axes, keep), x) }
        // The mean of integers is cut off.
        guard let count else { throw failure("takes the mean of an unknown number of integers") }
        let sum = try apply(ReduceSum(axes: axes, keep: keep), x)
        try finish(Divide(), sum, scalar(Double(count), like: sum))
    }

    /// A reduction over no axis: each element is one by itself.
    fileprivate mutating func unreduced(_ x: ValueID, _ kind: ReductionKind) throws(NodeFailure) -> ValueID {
        switch kind {
        case .sum, .product, .maximum, .minimum, .mean, .logarithmOfPowers: x
        case .absoluteSum, .length: try apply(Absolute(), x)
        case .squares: try apply(Multiply(), x, x)
        case .logarithm: try apply(Logarithm(), x)
        }
    }

    /// A reduction in double precision, which plans have no instruction for. Its axes stay.
    private mutating func foldedInDoubles(
        _ x: ValueID, _ axes: [Int], count: Int, _ kind: ReductionKind
    ) throws(NodeFailure) -> ValueID {
        switch kind {
        case .sum: return try folded(x, axes, by: Add())
        case .product: return try folded(x, axes, by: Multiply())
        case .maximum: return try folded(x, axes, by: Maximum())
        case .minimum: return try folded(x, axes, by: Minimum())
        case .mean:
            let sum = try folded(x, axes, by: Add())
            return try apply(Divide(), sum, scalar(Double(count), like: sum))
        case .absoluteSum: return try folded(apply(Absolute(), x), axes, by: Add())
        case .squares: return try folded(apply(Multiply(), x, x), axes, by: Add())
        case .length: return try apply(SquareRoot(), folded(apply(Multiply(), x, x), axes, by: Add()))
        case .logarithm: return try apply(Logarithm(), folded(x, axes, by: Add()))
        case .logarithmOfPowers:
            // An infinite maximum would leave nothing of the differences.
            let largest = try apply(Clip(minimum: -0x1p1023, maximum: 0x1p1023), folded(x, axes, by: Maximum()))
            let powers = try apply(Exponential(), apply(Subtract(), x, largest))
            return try apply(Add(), largest, apply(Logarithm(), folded(powers, axes, by: Add())))
        }
    }

    /// All elements along axes joined, halves of them at a time. The axes stay, as dimensions of 1.
    private mutating func folded(
        _ x: ValueID, _ axes: [Int], by operation: any Operator
    ) throws(NodeFailure) -> ValueID {
        var result = x
        for axis in axes {
            var count = try numbers([type(x).dimensions[axis]], "a dimension")[0]
            while count > 1 {
                let half = count / 2
                let first = try slice(result, axis: axis, 0, half)
                let second = try slice(result, axis: axis, half, 2 * half)
                var joined = try apply(operation, first, second)
                if count > 2 * half {
                    joined = try apply(Concat(axis: axis), joined, slice(result, axis: axis, 2 * half, count))
                }
                result = joined
                count -= half
            }
        }
        return result
    }
}
