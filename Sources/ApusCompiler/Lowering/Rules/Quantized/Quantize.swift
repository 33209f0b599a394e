import ApusGraph
import ApusInstructions

/// Bytes of numbers. Images of few channels stay plain, since first layers read neighbouring columns of them, and so do those that no
/// reader wants in blocks.
struct QuantizeRule: OperatorRule, SingleRule {
    let operation: Quantize

    init(_ operation: Quantize) { self.operation = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        let type = site.type(site.results[0])
        guard type.rank == 4, (type.dimensions[1].number ?? 0) >= 4 else { return .plain }
        let isWanted = site.context.sites.contains { reader in
            reader.operands.contains(site.results[0]) && reader.rule.order(reader) { _ in false } != .plain
        }
        return isWanted ? .blocked : .plain
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.made(site.operands[0])
        let result = try lowering.makeByteResult(site.results[0])
        try lowering.emitConversion(source, result, scale: operation.scale, zero: operation.zero, site)
        // The conversion gave it the byte that stands for zero.
        if lowering.borderByte(of: site.results[0]) != operation.zero {
            lowering.fillBorder(result, of: site.results[0], label: site.name)
        }
    }
}

/// Numbers of bytes, as they lie.
struct DequantizeRule: OperatorRule, SingleRule {
    let operation: Dequantize

    init(_ operation: Dequantize) { self.operation = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        isPlain(site.operands[0]) ? .plain : .blocked
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.made(site.operands[0])
        let result = try lowering.makeResult(site.results[0])
        try lowering.emitConversion(source, result, scale: operation.scale, zero: operation.zero, site)
    }
}

extension Lowering {
    fileprivate mutating func emitConversion(
        _ source: Stored, _ result: Stored, scale: Double, zero: Int, _ site: Site
    ) throws(LoweringError) {
        var parameters = ConvertImageParameters(
            source: source.layout, destination: result.layout, sourceBytes: source.elementType.size,
            resultBytes: result.elementType.size)
        parameters.scale = Float(scale)
        parameters.zeroPoint = Int32(zero)
        emit(
            .convertImage, [source.place, result.place], parameters, label: site.name, repeats: source.imageCount)
    }
}
