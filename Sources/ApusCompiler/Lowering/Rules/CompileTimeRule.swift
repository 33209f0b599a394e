import ApusGraph

/// The rule of operators that passes compute or replace before the lowering, so that there is no instruction for them.
struct CompileTimeRule: SingleRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        throw site.unsupported("has no instruction")
    }
}
