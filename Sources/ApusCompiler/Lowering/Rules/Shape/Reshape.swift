import ApusGraph

/// The operand in another shape.
struct ReshapeRule: OperatorRule, ViewRule {
    init(_ operation: Reshape) {}

    var isView: Bool { true }
    func wholeForm(_ site: Site) -> WholeForm? { .view }
}
