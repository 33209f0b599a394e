import ApusGraph

/// The operand without dimensions of one element.
struct SqueezeRule: OperatorRule, ViewRule {
    init(_ operation: Squeeze) {}

    var isView: Bool { true }
    func wholeForm(_ site: Site) -> WholeForm? { .view }
}
