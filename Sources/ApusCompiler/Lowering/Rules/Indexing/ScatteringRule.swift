import ApusGraph
import ApusInstructions

/// A rule that copies its first operand, and puts the third into the copy by the indices that are its second.
protocol ScatteringRule: SingleRule {
    var reduction: ScatterReduction { get }

    /// Which places indices of shape `indices` say in an operand of `shape`.
    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters
}

extension ScatteringRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.operands[0])
        var parameters = try parameters(site, shape: shape, indices: try lowering.typeShape(site.operands[1]))
        let source = try lowering.readableOperand(site.operands[0])
        let indices = try lowering.indexOperand(site.operands[1], site)
        let updates = try lowering.readableOperand(site.operands[2])
        guard reduction.operation.computes(StoredType(source.elementType)) else {
            throw site.unsupported("has no \(reduction.rawValue) for elements of type \(source.elementType)")
        }
        let result = try lowering.makeResult(site.results[0])
        try lowering.emitCopy(
            [shape.reduce(1, *)], from: StridedOperand(source, strides: [1]), to: StridedOperand(result, strides: [1]),
            site)
        parameters.take(indexed: result, indices: indices, plain: updates)
        parameters.operation = reduction.operation.rawValue
        lowering.emit(.scatter, [updates.place, indices.place, result.place], parameters, label: site.name)
    }
}

extension ScatterReduction {
    /// The instruction's operation.
    fileprivate var operation: ScatterOperation {
        switch self {
        case .none: .replace
        case .add: .add
        case .multiply: .multiply
        case .maximum: .maximum
        case .minimum: .minimum
        }
    }
}
