import ApusGraph

extension OperatorTable {
    static let cumulations: [OperatorEntry] = [
        OperatorEntry("CumSum", since: 11) { node throws(NodeFailure) in
            let x = try node.input(0)
            let form = try node.cumulation(of: x)
            node.finish(try node.cumulativeSum(x, form))
        },
        OperatorEntry("CumProd", since: 26) { node throws(NodeFailure) in
            let x = try node.input(0)
            let form = try node.cumulation(of: x)
            node.finish(try node.running(x, form, by: Multiply(), neutral: 1))
        },
    ]
}

private struct Cumulation {
    var axis: Int
    var isExclusive: Bool
    var isReverse: Bool
}

extension NodeImport {
    fileprivate mutating func cumulation(of x: ValueID) throws(NodeFailure) -> Cumulation {
        guard let number = try integers(1, "the axis").first else { throw failure("its axis is empty") }
        let axis = try axis(number, rank: rank(x))
        return Cumulation(axis: axis, isExclusive: try flag("exclusive"), isReverse: try flag("reverse"))
    }

    fileprivate mutating func cumulativeSum(_ x: ValueID, _ form: Cumulation) throws(NodeFailure) -> ValueID {
        let elementType = type(x).elementType
        // The type that it is summed in; integers keep their low bits.
        let wider: ElementType
        switch elementType {
        case .f64: return try running(x, form, by: Add(), neutral: 0)
        case .f32, .f16, .bf16: wider = .f32
        case .u32, .i64, .u64: wider = .i64
        case .i8, .u8, .i16, .u16, .i32: wider = .i32
        case .bool: throw failure("sums truth values")
        }
        let sums = CumulativeSum(axis: form.axis, exclusive: form.isExclusive, reverse: form.isReverse)
        return try cast(apply(sums, cast(x, to: wider)), to: elementType)
    }

    /// All elements up to each one joined, in steps that join with what is 1, 2, 4, ... places before: Hillis and Steele (1986).
    ///
    /// - Parameter neutral: what changes nothing it is joined with.
    fileprivate mutating func running(
        _ x: ValueID, _ form: Cumulation, by operation: any Operator, neutral: Double
    ) throws(NodeFailure) -> ValueID {
        let count = try numbers([type(x).dimensions[form.axis]], "the dimension at the axis")[0]
        var joined = x
        if form.isExclusive {
            guard count > 1 else { return try apply(Full(neutral, of: type(x))) }
            joined = try moved(joined, form, by: 1, neutral)
        }
        var distance = 1
        while distance < count {
            joined = try apply(operation, joined, moved(joined, form, by: distance, neutral))
            distance *= 2
        }
        return joined
    }

    /// The elements moved along the axis.
    private mutating func moved(
        _ x: ValueID, _ form: Cumulation, by distance: Int, _ filling: Double
    ) throws(NodeFailure) -> ValueID {
        var before = [Int](repeating: 0, count: rank(x))
        before[form.axis] = form.isReverse ? -distance : distance
        return try apply(Pad(before: before, after: before.map { -$0 }, value: filling), x)
    }
}
