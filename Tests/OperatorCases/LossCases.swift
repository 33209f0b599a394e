import ApusGraph

// Losses and what they are made of.
extension OperatorCase {
    static let losses: [String: Generator] = [
        "cross_entropy": { labelled(CrossEntropy(), .positive, gradient: false, &$0) },
        "cross_entropy_gradient": { labelled(CrossEntropyGradient(), .positive, gradient: true, &$0) },
        "logit_cross_entropy": { labelled(LogitCrossEntropy(), .spread, gradient: false, &$0) },
        "logit_cross_entropy_gradient": { labelled(LogitCrossEntropyGradient(), .spread, gradient: true, &$0) },
        // The ranges differ so that no two elements are equal, and no difference is where a line begins.
        "mean_squared_error": { compared(MeanSquaredError(), [.spread, .spread], &$0) },
        "mean_absolute_error": { compared(MeanAbsoluteError(), [.spread, .within(-0.9...1.13)], &$0) },
        "huber": { compared(Huber(delta: $0.pick(1, 0.4113)), [.spread, .within(-0.9...1.13)], &$0) },
        "binary_cross_entropy": {
            compared(BinaryCrossEntropy(), [.within(0.1...0.9), .within(0...1)], &$0)
        },
        "binary_cross_entropy_with_logits": {
            compared(BinaryCrossEntropyWithLogits(), [.within(-30...30), .within(0...1)], &$0)
        },
        "batch_mean": { random in
            OperatorCase(BatchMean(), [floating(minimum: 0, &random)], differentiable: [0])
        },
        "batch_mean_gradient": { random in
            OperatorCase(BatchMeanGradient(), [floating(minimum: 0, &random), TensorType(.f32, [])])
        },
    ]

    private static func labelled(
        _ operation: any Operator, _ draw: Draw, gradient: Bool, _ random: inout SeededRandom
    ) -> OperatorCase {
        let classes = random.integer(1...5)
        let places: [Dimension] = random.chance(0.5) ? ["N"] : ["N", .fixed(random.integer(1...3))]
        let operands = [TensorType(.f32, places + [.fixed(classes)]), TensorType(.i32, places)]
        return OperatorCase(
            operation, operands + (gradient ? [TensorType(.f32, [])] : []),
            draws: [draw, .labels(classes: classes), .spread], differentiable: gradient ? nil : [0])
    }

    private static func compared(
        _ operation: any LossOperator, _ draws: [Draw], _ random: inout SeededRandom
    ) -> OperatorCase {
        let x = floating(minimum: 0, &random)
        return OperatorCase(operation, [x, x], draws: draws, differentiable: [0, 1])
    }
}
