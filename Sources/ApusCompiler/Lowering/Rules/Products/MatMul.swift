import ApusGraph
import ApusInstructions

/// Products of matrices. Where an operand is a parameter, its panels are packed once.
///
/// A product whose result has no batch while its operands have is a sum over the samples: the gradient of a weight.
struct MatMulRule: OperatorRule, SingleRule {
    let operation: MatMul

    init(_ operation: MatMul) { self.operation = operation }

    func sharedWeightBytes(_ site: Site) -> Int {
        // Many rows of one sample read the weights from the nearest caches already.
        guard let shape = site.context.samples.shape(site.results[0]), shape.dropLast().reduce(1, *) < 16 else {
            return 0
        }
        let weights = site.operands.filter { !site.isDynamic($0) }.compactMap { site.context.samples.shape($0) }
        return weights.reduce(0) { $0 + ElementType.f32.size * $1.reduce(1, *) }
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let left = try lowering.factor(site.operands[0], isTransposed: operation.transposeA)
        let right = try lowering.factor(site.operands[1], isTransposed: operation.transposeB)
        var contraction = Contraction(
            left: left, right: right, destination: try lowering.makePlainSum(site.results[0], site))
        contraction.accumulates = site.isSum(site.results[0])
        try lowering.emit(contraction, site)
    }
}
