import ApusGraph

/// The operand with more dimensions of one element.
struct UnsqueezeRule: OperatorRule, ViewRule {
    init(_ operation: Unsqueeze) {}

    var isView: Bool { true }
    func wholeForm(_ site: Site) -> WholeForm? { .view }
}
