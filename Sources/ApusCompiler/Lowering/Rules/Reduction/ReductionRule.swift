import ApusGraph
import ApusInstructions

/// Joins elements along axes. A sum along the batch is one over samples.
protocol ReductionRule: OperatorRule, SingleRule where Operation: ReductionOperator {
    static var operation: ReduceOperation { get }
    var reduction: Operation { get }

    /// What each result is multiplied by, where `count` elements are joined.
    func scale(count: Int) -> Float
}

extension ReductionRule {
    func scale(count: Int) -> Float { 1 }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let operand = site.operands[0]
        let type = site.type(operand)
        let axes = Set(reduction.axisNumbers(rank: type.rank))
        if axes.contains(0), type.isBatched, Operation.self != ReduceSum.self {
            throw site.unsupported("along the batch needs all samples at once; give the batch a number")
        }
        guard type.elementType != .f64 else {
            throw site.unsupported("computes in f32, and not with \(type); cast it first")
        }
        let source = try lowering.plainValue(operand)
        let result = try lowering.makePlainSum(site.results[0], site)
        var reducer = Reducer(Self.operation, of: source, over: axes)
        reducer.parameters.scale = scale(count: axes.reduce(1) { $0 * source.shape[$1] })
        lowering.emit(reducer, to: result, accumulates: site.isSum(site.results[0]), label: site.name)
    }
}
