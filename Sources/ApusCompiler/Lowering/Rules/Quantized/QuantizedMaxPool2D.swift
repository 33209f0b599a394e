import ApusGraph
import ApusInstructions

/// The greatest byte of each window, of blocked images.
struct QuantizedMaxPool2DRule: OperatorRule, SingleRule {
    let pool: MaxPool2D

    init(_ operation: QuantizedMaxPool2D) { pool = operation.pool }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let result = try lowering.makeResult(site.results[0])
        let source = try lowering.byteOperand(site.operands[0], like: result)
        let parameters = PoolParameters(
            source: source.layout, destination: result.layout, window: pool.window, stride: pool.stride,
            geometry: source.layout.geometry(of: pool))
        lowering.emit(
            .quantizedMaxPool, [source.place, result.place], parameters, label: site.name, repeats: source.imageCount)
        lowering.fillBorder(result, of: site.results[0], label: site.name)
    }
}
