import ApusGraph
import ApusInstructions

/// Batch norm by running statistics, of blocked pictures.
struct BatchNormRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNorm) { epsilon = Float(operation.epsilon) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.blockedOperand(site.operands[0])
        var vectors: [Place] = []
        for operand in site.operands.dropFirst() { vectors.append(.fixed(try lowering.paddedVector(operand))) }
        let result = try lowering.makeResult(site.results[0])
        lowering.emit(
            .batchNormInference, [source.place] + vectors + [result.place],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
