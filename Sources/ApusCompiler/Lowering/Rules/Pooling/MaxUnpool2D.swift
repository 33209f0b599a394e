import ApusGraph
import ApusInstructions

/// Each window's gradient where the argmax says. Where all readers can make it themselves it is not stored.
struct MaxUnpool2DRule: OperatorRule, SingleRule {
    let operation: MaxUnpool2D

    init(_ operation: MaxUnpool2D) { self.operation = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    var pooledResult: PooledResult? {
        guard operation.window == [2, 2] else { return nil }
        return PooledResult(windows: operation.input.map { $0 / 2 }, gradientOperand: 1)
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let argmax = try lowering.made(site.operands[0])
        let argmaxStride = Int32(argmax.layout.argmaxStride)
        if let border = lowering.unstored.border(of: site.results[0]) {
            lowering.pooled[site.results[0]] = UnstoredGradient(
                argmax: argmax.place,
                gradient: try lowering.borderedOperand(site.operands[1], border: border, blocked: true),
                argmaxStride: argmaxStride)
            return
        }
        let gradient = try lowering.blockedOperand(site.operands[1])
        let result = try lowering.makeResult(site.results[0])
        var parameters = PoolParameters(
            source: result.layout, destination: gradient.layout, window: operation.window, stride: operation.window)
        parameters.argmaxStride = argmaxStride
        lowering.emit(
            .maxUnpool, [argmax.place, gradient.place, result.place], parameters, label: site.name,
            repeats: gradient.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
