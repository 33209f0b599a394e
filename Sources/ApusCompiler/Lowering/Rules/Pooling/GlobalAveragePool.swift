import ApusGraph

/// The mean of the one window that covers the image.
struct GlobalAveragePoolRule: OperatorRule, SingleRule {
    init(_ operation: GlobalAveragePool) {}

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let image = try lowering.made(site.operands[0]).layout
        let pool = AveragePool2D(window: [Int(image.height), Int(image.width)])
        try AveragePool2DRule(pool).emit(site, into: &lowering)
    }
}
