import ApusGraph
import ApusInstructions
import ApusPlan

/// The mean over all rows of what a row loses: a sum over samples.
protocol LossRule: SingleRule {
    static var opcode: Opcode { get }
}

extension LossRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0], isAligned: true)
        let labels = try lowering.plainValue(site.operands[1])
        let loss = try lowering.makePlainSum(site.results[0], site, isCleared: true)
        lowering.emit(
            Self.opcode, [source.place, labels.place, loss.place, .fixed(Operand(.arguments))],
            RowParameters(source, labels), label: site.name)
    }
}

/// The gradient of each row's loss.
protocol LossGradientRule: SingleRule {
    static var opcode: Opcode { get }
}

extension LossGradientRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0], isAligned: true)
        let labels = try lowering.plainValue(site.operands[1])
        let lossGradient = try lowering.plainValue(site.operands[2])
        let result = try lowering.makePlainResult(site.results[0])
        lowering.emit(
            Self.opcode,
            [source.place, labels.place, lossGradient.place, result.place, .fixed(Operand(.arguments))],
            RowParameters(source, labels), label: site.name)
    }
}

extension RowParameters {
    /// The rows of the last dimension, and a label for each.
    fileprivate init(_ source: PlainValue, _ labels: PlainValue) {
        let count = source.shape.last ?? 1
        self.init(
            count: count, rows: source.count / count, rowStride: count, sampleStride: source.sampleStride)
        labelStride = Int32(labels.sampleStride)
    }
}
