import ApusGraph
import ApusInstructions

/// A rule of an operator that puts lines in order: results are the elements and where they were.
protocol SortingRule: SingleRule {
    var axis: Int { get }
    var isDescending: Bool { get }
}

extension SortingRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0])
        guard source.type != .float64, source.type != .uint64 else {
            throw site.unsupported("puts no elements of type \(site.type(site.operands[0]).elementType) in order")
        }
        let axis = try site.axis(axis, of: site.operands[0])
        let (values, indices) = (
            try used(site.results[0], site, &lowering), try used(site.results[1], site, &lowering)
        )
        var parameters = SortParameters(
            outer: source.dimensions[..<axis].reduce(1, *), axis: source.dimensions[axis],
            inner: source.dimensions[(axis + 1)...].reduce(1, *),
            kept: try lowering.dimensions(of: site.results[0])[axis],
            sourceSampleStride: source.sampleStride, valueSampleStride: values?.sampleStride ?? 0,
            indexSampleStride: indices?.sampleStride ?? 0)
        parameters.type = UInt8(source.type.rawValue)
        parameters.isDescending = isDescending ? 1 : 0
        let scratch = lowering.addScratch("\(site.name) scratch", bytes: parameters.scratchBytes)
        lowering.emit(
            .sort, [source.place, values?.place ?? .none, indices?.place ?? .none, scratch], parameters,
            label: site.name)
    }

    /// Room for a result that somebody reads.
    private func used(
        _ value: ValueID, _ site: Site, _ lowering: inout Lowering
    ) throws(LoweringError) -> PlainValue? {
        guard site.context.isOutput(value) || !site.readers(of: value).isEmpty else { return nil }
        return try lowering.makePlainResult(value, isOutput: true)
    }
}
