import ApusGraph
import ApusInstructions
import ApusPlan

// General instructions on plain values.
extension Lowering {
    /// The extents of what a sample has of a value, one for each dimension of the type: of a batch `N` it has 1.
    func typeShape(_ value: ValueID) throws(LoweringError) -> [Int] {
        let shape = try sampleShape(value)
        return Array(repeating: 1, count: graph[value].type.rank - shape.count) + shape
    }

    /// Copies elements of one type.
    ///
    /// - Parameters:
    ///   - source: its strides may be zero.
    ///   - destination: no element twice.
    mutating func emitCopy(
        _ extents: [Int], from source: StridedOperand, to destination: StridedOperand, _ site: Site
    ) throws(LoweringError) {
        let loops = StridedLoops(extents, [source, destination]).merged()
        try requireLoops(loops, site)
        var parameters = CopyParameters(
            extents: loops.eight, elementBytes: source.elementType.size, sourceStrides: loops.strides(of: 0),
            destinationStrides: loops.strides(of: 1))
        parameters.sourceSampleStride = Int32(source.sampleStride)
        parameters.destinationSampleStride = Int32(destination.sampleStride)
        emit(.copy, [source.place, destination.place], parameters, label: site.name)
    }

    /// Runs a program for each element.
    ///
    /// - Parameter sources: what the first registers are loaded from, in order.
    mutating func emitMap(
        _ program: MapProgram, _ extents: [Int], from sources: [StridedOperand], to destination: StridedOperand,
        _ site: Site, repeats: Int = 1
    ) throws(LoweringError) {
        var loops = StridedLoops(extents, sources + [destination])
        // The number of a loop means something to a program that asks for its index.
        if !program.readsIndices { loops = loops.merged() }
        try requireLoops(loops, site)
        func operand(_ index: Int) -> MapOperand {
            let own = loops.operands[index]
            return MapOperand(
                type: StoredType(own.elementType), strides: loops.strides(of: index), sampleStride: own.sampleStride)
        }
        var parameters = MapParameters(
            extents: loops.eight, computeType: program.type, sourceCount: sources.count,
            stepCount: program.steps.count, destination: operand(sources.count))
        let unused = MapOperand()
        func source(_ index: Int) -> MapOperand { index < sources.count ? operand(index) : unused }
        parameters.sources = (
            source(0), source(1), source(2), source(3), source(4), source(5), source(6), source(7)
        )
        append(
            PendingInstruction(
                opcode: .map, operands: sources.map(\.place) + [destination.place],
                parameters: bytes(of: parameters) + program.steps.flatMap { bytes(of: $0) }, label: site.name,
                multiplyAdds: 0, repeats: repeats))
    }

    /// Fills a plain result with one number.
    mutating func emitFill(_ result: Stored, count: Int, with number: Double, _ site: Site) throws(LoweringError) {
        var program = MapProgram(computing: result.elementType, sources: 0)
        _ = program.constant(number)
        try emitMap(program, [count], from: [], to: StridedOperand(result, strides: [1]), site)
    }

    private func requireLoops(_ loops: StridedLoops, _ site: Site) throws(LoweringError) {
        guard loops.extents.count <= StridedLoops.limit else {
            throw site.unsupported("needs over \(StridedLoops.limit) nested loops")
        }
    }
}
