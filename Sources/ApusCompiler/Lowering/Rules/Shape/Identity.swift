import ApusGraph

/// The operand as it is.
struct IdentityRule: OperatorRule, ViewRule {
    init(_ operation: Identity) {}

    var isView: Bool { true }
    func wholeForm(_ site: Site) -> WholeForm? { .view }
}
