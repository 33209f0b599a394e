import ApusGraph
import ApusInstructions
import ApusPlan

/// The mean over all rows of what a row loses: a sum over samples.
protocol LossRule: SingleRule {
    static var opcode: Opcode { get }
}

extension LossRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainOperand(site.operands[0])
        let labels = try lowering.made(site.operands[1])
        let loss = lowering.makeReduction(site.results[0], elements: 1, form: .copy(count: 1))
        let shape = try lowering.sampleShape(site.operands[0])
        lowering.emit(
            Self.opcode, [source.place, labels.place, .fixed(loss), .fixed(Operand(.arguments))],
            RowParameters(source.layout, shape: shape), label: site.name)
    }
}

/// The gradient of each row's loss.
protocol LossGradientRule: SingleRule {
    static var opcode: Opcode { get }
}

extension LossGradientRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainOperand(site.operands[0])
        let labels = try lowering.made(site.operands[1])
        let lossGradient = try lowering.sharedOperand(site.operands[2])
        let result = try lowering.makeResult(site.results[0])
        let shape = try lowering.sampleShape(site.operands[0])
        lowering.emit(
            Self.opcode,
            [source.place, labels.place, .fixed(lossGradient), result.place, .fixed(Operand(.arguments))],
            RowParameters(source.layout, shape: shape), label: site.name)
    }
}
