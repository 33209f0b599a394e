import ApusGraph

/// An operator whose result has its operand's elements in other places, by strides alone.
protocol MoveRule: SingleRule {
    /// Where the elements of the result are found in the operand.
    ///
    /// - Parameters:
    ///   - shape: what a sample has of the operand, one extent for each dimension of its type.
    ///   - result: the same of the result.
    func movement(_ site: Site, from shape: [Int], to result: [Int]) throws(LoweringError) -> Movement
}

/// Where the elements of a row-major result are found in a row-major operand.
struct Movement {
    /// Nested loops over the result in row-major order.
    var extents: [Int]
    /// Elements of the operand from one iteration to the next.
    var strides: [Int]
    /// The first element.
    var offset = 0
}

extension MoveRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.operands[0])
        let movement = try movement(site, from: shape, to: try lowering.typeShape(site.results[0]))
        try lowering.move(site.operands[0], to: site.results[0], by: movement, site)
    }
}

extension Lowering {
    /// Makes a result of an operand's elements: a view where they lie together, else a copy.
    mutating func move(
        _ operand: ValueID, to result: ValueID, by movement: Movement, _ site: Site
    ) throws(LoweringError) {
        let source = try readableOperand(operand)
        let from = StridedOperand(source, strides: movement.strides, offset: movement.offset)
        if let view = try view(from, source, movement.extents, of: result) {
            stored[result.index] = view
            return
        }
        let made = try makeOutput(result)
        let strides = rowMajorStrides(movement.extents)
        try emitCopy(movement.extents, from: from, to: StridedOperand(made, strides: strides), site)
    }

    /// Elements of a plain value as another value; nil where they do not lie together.
    private func view(
        _ from: StridedOperand, _ source: Stored, _ extents: [Int], of result: ValueID
    ) throws(LoweringError) -> Stored? {
        let loops = StridedLoops(extents, [from]).merged()
        guard loops.extents.isEmpty || loops.operands[0].strides == [1] else { return nil }
        let images = context.samples.imageCount(result)
        var layout = packedLayout(result, try sampleShape(result))
        if images == 1 {
            layout.sampleStride = Int32(source.sampleStride)
        } else if context.samples.isCut, Int(layout.sampleStride) * images != source.sampleStride {
            // Images of a sample lie right after one another, from sample to sample.
            return nil
        }
        return Stored(place: from.place, layout: layout, elementType: source.elementType, imageCount: images)
    }
}
