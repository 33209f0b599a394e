import ApusGraph
import ApusInstructions

/// Each window's gradient, shared among the window's places.
struct AveragePool2DGradientRule: OperatorRule, SingleRule {
    let pool: AveragePool2D

    init(_ operation: AveragePool2DGradient) { pool = operation.pool }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.blockedOperand(site.operands[0])
        let result = try lowering.makeResult(site.results[0])
        var parameters = PoolParameters(
            source: result.layout, destination: gradient.layout, window: pool.window, stride: pool.stride,
            geometry: result.layout.geometry(of: pool))
        parameters.countPadding = pool.countPadding ? 1 : 0
        lowering.emit(
            .averagePoolGradient, [gradient.place, result.place], parameters, label: site.name,
            repeats: gradient.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
