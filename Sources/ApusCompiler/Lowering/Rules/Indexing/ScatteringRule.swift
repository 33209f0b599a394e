import ApusGraph
import ApusInstructions

/// A rule that copies its first operand, and puts the third into the copy by the indices that are its second.
protocol ScatteringRule: SingleRule {
    var reduction: ScatterReduction { get }

    /// Which places the indices say.
    func parameters(_ site: Site, source: PlainValue, indices: PlainValue) throws(LoweringError) -> IndexParameters
}

extension ScatteringRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0])
        let indices = try lowering.indexValue(site.operands[1])
        let updates = try lowering.plainValue(site.operands[2])
        guard reduction.operation.computes(source.type) else {
            throw site.unsupported(
                "can't \(reduction.rawValue) elements of type \(site.type(site.results[0]).elementType)")
        }
        var parameters = try parameters(site, source: source, indices: indices)
        let result = try lowering.makePlainResult(site.results[0])
        var copy = CopyParameters(
            extents: (1, 1, 1, 1, 1, 1, 1, Int32(source.count)), elementBytes: source.type.bytes,
            sourceStrides: (0, 0, 0, 0, 0, 0, 0, 1), destinationStrides: (0, 0, 0, 0, 0, 0, 0, 1))
        copy.sourceSampleStride = Int32(source.sampleStride)
        copy.destinationSampleStride = Int32(result.sampleStride)
        lowering.emit(.copy, [source.place, result.place], copy, label: site.name)
        parameters.take(indexed: result, indices: indices, plain: updates)
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
