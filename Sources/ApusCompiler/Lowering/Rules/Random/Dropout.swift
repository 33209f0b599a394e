import ApusGraph

/// Dropout that drops nothing: the operand as it is.
struct DropoutRule: OperatorRule, ViewRule {
    init(_ operation: Dropout) {}

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .asCompanions }
    func companions(_ site: Site) -> [ValueID] { site.operands }
    func wholeForm(_ site: Site) -> WholeForm? { .view }
}
