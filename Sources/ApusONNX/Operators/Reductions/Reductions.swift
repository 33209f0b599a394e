import ApusGraph

extension OperatorTable {
    static let reductions: [OperatorEntry] =
        reduction("ReduceSum", inputSince: 13) { ReduceSum(axes: $0, keep: $1) }
        + [
            reduction("ReduceProd") { ReduceProduct(axes: $0, keep: $1) },
            reduction("ReduceMax", .extremum) { ReduceMax(axes: $0, keep: $1) },
            reduction("ReduceMin", .extremum) { ReduceMin(axes: $0, keep: $1) },
            reduction("ReduceMean", .mean) { ReduceMean(axes: $0, keep: $1) },
            reduction("ReduceL1", .length) { ReduceL1(axes: $0, keep: $1) },
            reduction("ReduceL2", .length) { ReduceL2(axes: $0, keep: $1) },
            reduction("ReduceSumSquare", .squares) { ReduceSumSquare(axes: $0, keep: $1) },
            reduction("ReduceLogSum", .logarithm) { ReduceLogSum(axes: $0, keep: $1) },
            reduction("ReduceLogSumExp") { ReduceLogSumExp(axes: $0, keep: $1) },
        ].flatMap(\.self)

    /// - Parameter inputSince: the version from which on the axes are an input.
    private static func reduction(
        _ name: String, _ kind: ReductionKind = .plain, inputSince: Int = 18,
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

/// What reductions differ in beside the operator of ours.
private enum ReductionKind {
    case plain
    /// Truth values have extrema too.
    case extremum
    /// The mean of integers is cut off.
    case mean
    /// The length of one element is its absolute value.
    case length
    case squares
    case logarithm
}

extension NodeImport {
    fileprivate mutating func reduce(
        _ axes: [Int], _ kind: ReductionKind, _ operation: ([Int], Bool) -> any Operator
    ) throws(NodeFailure) {
        let keep = try flag("keepdims", default: true)
        let x = try input(0)
        let elementType = type(x).elementType
        switch kind {
        case .extremum where elementType == .bool:
            finish(try cast(apply(operation(axes, keep), cast(x, to: .u8)), to: .bool))
        case .mean where elementType.isInteger:
            let extents = try numbers(type(x).dimensions, "a dimension")
            var count = extents.reduce(1, *)
            if !axes.isEmpty {
                count = 1
                for number in axes { count *= extents[try axis(number, rank: extents.count)] }
            }
            let sum = try apply(ReduceSum(axes: axes, keep: keep), x)
            try finish(Divide(), sum, scalar(Double(count), like: sum))
        default: try finish(operation(axes, keep), x)
        }
    }

    /// A reduction over no axis: each element is one by itself.
    fileprivate mutating func unreduced(_ x: ValueID, _ kind: ReductionKind) throws(NodeFailure) -> ValueID {
        switch kind {
        case .plain, .extremum, .mean: x
        case .length: try apply(Absolute(), x)
        case .squares: try apply(Multiply(), x, x)
        case .logarithm: try apply(Logarithm(), x)
        }
    }
}
