import ApusGraph
import ApusInstructions

/// Each window's gradient where the window's maximum is.
struct MaxPool2DGradientRule: OperatorRule, SingleRule {
    let pool: MaxPool2D

    init(_ operation: MaxPool2DGradient) { pool = operation.pool }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.blockedOperand(site.operands[1])
        let result = try lowering.makeResult(site.results[0])
        let source = try lowering.operand(site.operands[0], in: result.layout)
        let parameters = PoolParameters(
            source: result.layout, destination: gradient.layout, window: pool.window, stride: pool.stride,
            geometry: result.layout.geometry(of: pool))
        lowering.emit(
            .maxPoolGradient, [source.place, gradient.place, result.place], parameters, label: site.name,
            repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
