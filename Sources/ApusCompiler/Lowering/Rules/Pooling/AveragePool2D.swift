import ApusGraph
import ApusInstructions

/// The mean of each window, of blocked images.
struct AveragePool2DRule: OperatorRule, SingleRule {
    let pool: AveragePool2D

    init(_ operation: AveragePool2D) { pool = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.blockedOperand(site.operands[0])
        let result = try lowering.makeResult(site.results[0])
        var parameters = PoolParameters(
            source: source.layout, destination: result.layout, window: pool.window, stride: pool.stride,
            geometry: source.layout.geometry(of: pool))
        parameters.countPadding = pool.countPadding ? 1 : 0
        lowering.emit(
            .averagePool, [source.place, result.place], parameters, label: site.name, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
