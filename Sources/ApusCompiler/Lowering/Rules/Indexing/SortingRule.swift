import ApusGraph
import ApusInstructions

/// A rule of an operator that puts lines in order: results are the elements and where they were.
protocol SortingRule: SingleRule {
    var axis: Int { get }
    var isDescending: Bool { get }
}

extension SortingRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let axis = try site.axis(axis, of: site.operands[0])
        let shape = try lowering.typeShape(site.operands[0])
        let source = try lowering.readableOperand(site.operands[0])
        guard source.elementType != .f64, source.elementType != .u64 else {
            throw site.unsupported("puts no elements of type \(source.elementType) in order")
        }
        let values = try makeIfRead(site.results[0], site, &lowering)
        let indices = try makeIfRead(site.results[1], site, &lowering)
        var parameters = SortParameters(
            outer: shape[..<axis].reduce(1, *), axis: shape[axis], inner: shape[(axis + 1)...].reduce(1, *),
            kept: try lowering.typeShape(site.results[0])[axis], sourceSampleStride: source.sampleStride,
            valueSampleStride: values?.sampleStride ?? 0, indexSampleStride: indices?.sampleStride ?? 0)
        parameters.type = UInt8(StoredType(source.elementType).rawValue)
        parameters.isDescending = isDescending ? 1 : 0
        let scratch = lowering.addScratch("\(site.name) scratch", bytes: parameters.scratchBytes)
        lowering.emit(
            .sort, [source.place, values?.place ?? .none, indices?.place ?? .none, scratch], parameters,
            label: site.name)
    }

    /// Room for a result; none where nobody reads it.
    private func makeIfRead(
        _ value: ValueID, _ site: Site, _ lowering: inout Lowering
    ) throws(LoweringError) -> Stored? {
        guard site.context.isOutput(value) || !site.readers(of: value).isEmpty else { return nil }
        return try lowering.makeOutput(value)
    }
}
