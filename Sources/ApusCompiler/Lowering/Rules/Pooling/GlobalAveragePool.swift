import ApusGraph

/// The mean of the one window that covers the picture.
struct GlobalAveragePoolRule: OperatorRule, SingleRule {
    init(_ operation: GlobalAveragePool) {}

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let picture = try lowering.made(site.operands[0]).layout
        let pool = AveragePool2D(window: [Int(picture.height), Int(picture.width)])
        try AveragePool2DRule(pool).emit(site, into: &lowering)
    }
}
