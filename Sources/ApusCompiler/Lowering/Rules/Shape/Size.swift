import ApusGraph

/// How many elements the operand has.
struct SizeRule: OperatorRule, KnownResultRule {
    let operation: any Operator

    init(_ operation: Size) { self.operation = operation }
}
