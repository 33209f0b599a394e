import ApusGraph
import ApusInstructions

/// A rule that copies its first operand, and puts the third into the copy by the indices that are its second.
protocol ScatteringRule: SingleRule {
    var reduction: ScatterReduction { get }

    /// Which places the indices say.
    func parameters(_ site: Site, shape: [Int], indices: RowMajorOperand) throws(LoweringError) -> IndexParameters
}

extension ScatteringRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.rowMajorOperand(site.operands[0])
        let indices = try lowering.indexOperand(site.operands[1])
        let updates = try lowering.rowMajorOperand(site.operands[2])
        guard reduction.operation.computes(source.type) else {
            throw site.unsupported("can't \(reduction.rawValue) elements of type \(site.type(site.results[0]).elementType)")
        }
        var parameters = try parameters(site, shape: source.shape, indices: indices)
        let result = RowMajorOperand(try lowering.makeResult(site.results[0]), shape: source.shape)
        var copy = CopyParameters(
            extents: (1, 1, 1, 1, 1, 1, 1, Int32(source.elements)), elementBytes: source.type.bytes,
            sourceStrides: (0, 0, 0, 0, 0, 0, 0, 1), destinationStrides: (0, 0, 0, 0, 0, 0, 0, 1))
        copy.sourceSampleStride = Int32(source.sampleStride)
        copy.destinationSampleStride = Int32(result.sampleStride)
        lowering.emit(.copy, [source.place, result.place], copy, label: site.name)
        parameters.take(indexed: result, indices: indices, plainSampleStride: updates.sampleStride)
        parameters.operation = reduction.operation.rawValue
        lowering.emit(.scatter, [updates.place, indices.place, result.place], parameters, label: site.name)
    }
}

extension ScatterReduction {
    /// The instruction's operation.
    var operation: ScatterOperation {
        switch self {
        case .none: .replace
        case .add: .add
        case .multiply: .multiply
        case .maximum: .maximum
        case .minimum: .minimum
        }
    }
}
