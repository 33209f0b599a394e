import ApusGraph

/// The operand as one row.
struct FlattenRule: OperatorRule, ViewRule {
    init(_ operation: Flatten) {}

    var isView: Bool { true }
    func wholeForm(_ site: Site) -> WholeForm? { .view }
}
