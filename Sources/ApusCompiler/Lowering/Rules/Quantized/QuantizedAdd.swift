import ApusGraph
import ApusInstructions

/// The sum of two values of bytes, as they lie.
struct QuantizedAddRule: OperatorRule, SingleRule {
    let operation: QuantizedAdd

    init(_ operation: QuantizedAdd) { self.operation = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { site.byteOrder(of: site.operands, isPlain) }

    func companions(_ site: Site) -> [ValueID] { site.operands }

    func operandsInPlace(_ site: Site) -> [ValueID] { site.operands.filter(site.isDynamic) }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let result = try lowering.makeByteResult(site.results[0])
        let x = try lowering.byteOperand(site.operands[0], like: result)
        let y = try lowering.byteOperand(site.operands[1], like: result)
        var parameters = QuantizedAddParameters(first: x.layout, second: y.layout, destination: result.layout)
        parameters.firstScale = Float(operation.x.scale)
        parameters.secondScale = Float(operation.y.scale)
        parameters.firstZeroPoint = Int32(operation.x.zero)
        parameters.secondZeroPoint = Int32(operation.y.zero)
        parameters.floor = Float(operation.result.minimum)
        parameters.ceiling = Float(operation.result.maximum)
        parameters.zeroPoint = Int32(operation.result.zero)
        lowering.emit(
            .quantizedAdd, [x.place, y.place, result.place], parameters, label: site.name, repeats: x.imageCount)
        lowering.fillBorder(result, of: site.results[0], label: site.name)
    }
}

extension Site {
    /// Plain where an operand is so, or where there are no images; else as the operands.
    func byteOrder(of operands: [ValueID], _ isPlain: (ValueID) -> Bool) -> ElementOrder {
        operands.contains(where: isPlain) ? .plain : .asCompanions
    }
}

extension Lowering {
    /// The value in the order in which a result lies.
    mutating func byteOperand(_ value: ValueID, like result: Stored) throws(LoweringError) -> Stored {
        try byteOperand(
            value, border: Border(), isBlocked: result.layout.channelBlock > 1, zero: borderByte(of: value))
    }
}
