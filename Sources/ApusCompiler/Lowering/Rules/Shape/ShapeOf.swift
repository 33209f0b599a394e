import ApusGraph

/// The extents of the operand.
struct ShapeOfRule: OperatorRule, KnownResultRule {
    let operation: any Operator

    init(_ operation: ShapeOf) { self.operation = operation }
}
