import ApusGraph
import ApusInstructions

/// The maximum of each window, of blocked images.
struct MaxPool2DRule: OperatorRule, SingleRule {
    let pool: MaxPool2D

    init(_ operation: MaxPool2D) { pool = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.blockedOperand(site.operands[0])
        let result = try lowering.makeResult(site.results[0])
        let parameters = PoolParameters(
            source: source.layout, destination: result.layout, window: pool.window, stride: pool.stride,
            geometry: source.layout.geometry(of: pool))
        lowering.emit(
            .maxPool, [source.place, result.place, .none], parameters, label: site.name, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
