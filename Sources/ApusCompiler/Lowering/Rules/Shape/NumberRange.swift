import ApusGraph

/// Numbers at equal distances.
struct NumberRangeRule: OperatorRule, KnownResultRule {
    let operation: any Operator

    init(_ operation: NumberRange) { self.operation = operation }
}
