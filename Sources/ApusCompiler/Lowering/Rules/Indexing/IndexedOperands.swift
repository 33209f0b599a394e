import ApusGraph
import ApusInstructions

extension Lowering {
    /// The value as plain indices of 4 or 8 bytes.
    mutating func indexOperand(_ value: ValueID, _ site: Site) throws(LoweringError) -> Stored {
        let source = try readableOperand(value)
        if source.elementType == .i32 || source.elementType == .i64 { return source }
        let indices = addStored(
            "\(graph[value].name) as i64", try plainLayout(of: value), elementType: .i64,
            imageCount: source.imageCount)
        try emitMap(
            MapProgram(converting: source.elementType, to: .i64), [try sampleShape(value).reduce(1, *)],
            from: [StridedOperand(source, strides: [1])], to: StridedOperand(indices, strides: [1]), site)
        return indices
    }
}

extension Site {
    /// The number of an axis of `value` from the front.
    ///
    /// - Throws: where it is that of the samples.
    func axis(_ axis: Int, of value: ValueID) throws(LoweringError) -> Int {
        let axis = axis < 0 ? axis + type(value).rank : axis
        guard axis > 0 || !context.samples.isCut || !type(value).isBatched else {
            throw unsupported("works along the samples, which are computed one by one")
        }
        return axis
    }
}

extension IndexParameters {
    /// Fills in what the operands say of themselves.
    mutating func take(indexed: Stored, indices: Stored, plain: Stored) {
        type = UInt8(StoredType(indexed.elementType).rawValue)
        indexBytes = UInt8(indices.elementType.size)
        indexedSampleStride = Int32(indexed.sampleStride)
        indexSampleStride = Int32(indices.sampleStride)
        plainSampleStride = Int32(plain.sampleStride)
    }

    /// Slices along dimension `axis` of an operand of `shape`.
    static func slices(shape: [Int], axis: Int, count: Int) -> IndexParameters {
        .slices(
            outer: shape[..<axis].reduce(1, *), axis: shape[axis], inner: shape[(axis + 1)...].reduce(1, *),
            count: count)
    }
}
