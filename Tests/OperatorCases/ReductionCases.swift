import ApusGraph

// Reductions and what else works along axes.
extension OperatorCase {
    static let reductions: [String: Generator] = [
        "reduce_sum": { reduction(ReduceSum.self, .spread, &$0) },
        "reduce_mean": { reduction(ReduceMean.self, .spread, &$0) },
        "reduce_max": { reduction(ReduceMax.self, .spread, &$0) },
        "reduce_min": { reduction(ReduceMin.self, .spread, &$0) },
        "reduce_prod": { reduction(ReduceProduct.self, .within(0.7...1.4), &$0) },
        "reduce_log_sum_exp": { reduction(ReduceLogSumExp.self, .spread, &$0) },
        "reduce_log_sum": { reduction(ReduceLogSum.self, .positive, &$0) },
        "reduce_l1": { reduction(ReduceL1.self, .spread, &$0) },
        "reduce_l2": { reduction(ReduceL2.self, .spread, &$0) },
        "reduce_sum_square": { reduction(ReduceSumSquare.self, .spread, &$0) },
        "repeat_along": { random in
            let call = reduction(ReduceSum.self, .spread, &random)
            return spread(call) { RepeatAlong(axes: $0.axes, keep: $0.keep) }
        },
        "reduce_mean_gradient": { random in
            let call = reduction(ReduceSum.self, .spread, &random)
            return spread(call) { ReduceMeanGradient(axes: $0.axes, keep: $0.keep) }
        },
        "arg_max": { argument(ArgMax.self, &$0) }, "arg_min": { argument(ArgMin.self, &$0) },
        "cumsum": { random in
            let x = floating(minimum: 1, &random)
            return OperatorCase(
                CumulativeSum(
                    axis: axis(of: x, &random), exclusive: random.chance(0.5), reverse: random.chance(0.5)), [x],
                differentiable: [0])
        },
    ]

    private static func reduction<Reduction: ReductionOperator>(
        _ type: Reduction.Type, _ draw: Draw, _ random: inout SeededRandom
    ) -> OperatorCase {
        let x = floating(minimum: 0, &random)
        let axes = (0..<x.rank).filter { _ in random.chance(0.5) }.shuffled(using: &random)
        let signed = axes.map { random.chance(0.5) ? $0 : $0 - x.rank }
        return OperatorCase(Reduction(axes: signed, keep: random.chance(0.5)), [x], draws: [draw], differentiable: [0])
    }

    /// The operator that spreads the result of a reduction over its operand again.
    private static func spread(
        _ call: OperatorCase, _ make: (any ReductionOperator) -> any Operator
    ) -> OperatorCase {
        guard let reduction = call.operation as? any ReductionOperator,
            let result = try? reduction.infer(call.operands)[0].type
        else { preconditionFailure("\(call.operation.name) is no reduction") }
        return OperatorCase(make(reduction), [result] + call.operands)
    }

    private static func argument<Argument: ArgumentOperator>(
        _ type: Argument.Type, _ random: inout SeededRandom
    ) -> OperatorCase {
        var x = floating(minimum: 1, &random)
        x.elementType = random.pick(.f32, .i64, .u8)
        let operation = Argument(
            axis: axis(of: x, &random), keep: random.chance(0.5), selectLast: random.chance(0.5))
        return OperatorCase(operation, [x], draws: [.whole(0...3)], differentiable: [])
    }
}
