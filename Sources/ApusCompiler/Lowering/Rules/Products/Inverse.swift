import ApusGraph
import ApusInstructions

/// The inverses of a sample's matrices, one after the other.
struct InverseRule: OperatorRule, SingleRule {
    init(_ operation: Inverse) {}

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.operands[0])
        let source = try lowering.plainValue(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        let parameters = InverseParameters(
            matrices: shape.dropLast(2).reduce(1, *), rows: shape[shape.count - 1],
            sourceSampleStride: source.sampleStride, destinationSampleStride: result.sampleStride)
        let scratch = lowering.addScratch("\(site.name) scratch", bytes: parameters.scratchBytes)
        lowering.emit(.inverse, [source.place, result.place, scratch], parameters, label: site.name)
    }
}
