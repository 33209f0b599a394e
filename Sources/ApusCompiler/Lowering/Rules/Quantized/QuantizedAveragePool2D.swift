import ApusGraph
import ApusInstructions

/// The mean of each window of bytes, of blocked images.
struct QuantizedAveragePool2DRule: OperatorRule, SingleRule {
    let operation: QuantizedAveragePool2D

    init(_ operation: QuantizedAveragePool2D) { self.operation = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let pool = operation.pool
        let result = try lowering.makeResult(site.results[0])
        let source = try lowering.byteOperand(site.operands[0], like: result)
        var windows = PoolParameters(
            source: source.layout, destination: result.layout, window: pool.window, stride: pool.stride,
            geometry: source.layout.geometry(of: pool))
        windows.countPadding = pool.countPadding ? 1 : 0
        var parameters = QuantizedAveragePoolParameters(
            windows, floor: Float(operation.result.minimum), ceiling: Float(operation.result.maximum))
        parameters.sourceZeroPoint = Int32(operation.sourceZero)
        parameters.scale = Float(operation.scale)
        parameters.zeroPoint = Int32(operation.result.byteOfZero)
        parameters.resultBytes = Int32(operation.result.elementType.size)
        lowering.emit(
            .quantizedAveragePool, [source.place, result.place], parameters, label: site.name,
            repeats: source.imageCount)
        lowering.completeBorder(result, of: site.results[0], label: site.name)
    }
}
