import ApusGraph

/// A matrix with ones on a diagonal.
struct EyeLikeRule: OperatorRule, KnownResultRule {
    let operation: any Operator

    init(_ operation: EyeLike) { self.operation = operation }
}
