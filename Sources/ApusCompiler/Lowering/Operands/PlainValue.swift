import ApusGraph
import ApusInstructions
import ApusPlan

/// A value as the general instructions take it: its elements row-major, its samples a stride apart.
struct PlainValue {
    let stored: Stored
    /// What a sample has of it, one number for each dimension of the type: see ``Lowering/typeShape(_:)``.
    let shape: [Int]

    var place: Place { stored.place }
    /// Elements from a sample to the next; 0 where all samples have the value in common.
    var sampleStride: Int { stored.sampleStride }
    var type: StoredType { StoredType(stored.elementType) }
    /// Elements of a sample.
    var count: Int { shape.reduce(1, *) }
}

extension Lowering {
    /// The value as plain elements.
    ///
    /// - Parameter isAligned: whether its samples must lie as ``plainLayout(of:)`` says, as those of others of its shape do.
    mutating func plainValue(_ value: ValueID, isAligned: Bool = false) throws(LoweringError) -> PlainValue {
        let isCopied = isAligned && context.samples.isDynamic(value)
        return PlainValue(
            stored: isCopied ? try plainOperand(value) : try readableOperand(value), shape: try typeShape(value))
    }

    /// Room for a plain result that each sample has.
    ///
    /// - Parameter isOutput: whether it may be made where the caller wants it.
    mutating func makePlainResult(_ value: ValueID, isOutput: Bool = false) throws(LoweringError) -> PlainValue {
        PlainValue(stored: isOutput ? try makeOutput(value) : try makeResult(value), shape: try typeShape(value))
    }

    /// The value as plain f32: converted where it is of another floating-point type.
    mutating func singlePrecisionValue(_ value: ValueID, _ site: Site) throws(LoweringError) -> PlainValue {
        let plain = try plainValue(value, isAligned: true)
        guard plain.type != .float32 else { return plain }
        let converted = addStored(
            "\(graph[value].name) as f32", try plainLayout(of: value), imageCount: plain.stored.imageCount)
        try emitConversion(plain, to: converted, site)
        return PlainValue(stored: converted, shape: plain.shape)
    }

    /// Room for a plain result in f32. ``storeResult(_:of:_:)`` must follow.
    mutating func makeSinglePrecisionResult(
        _ value: ValueID, isOutput: Bool = false
    ) throws(LoweringError) -> PlainValue {
        if graph[value].type.elementType == .f32 { return try makePlainResult(value, isOutput: isOutput) }
        let stored = addStored(
            "\(graph[value].name) as f32", try plainLayout(of: value), imageCount: context.samples.imageCount(value))
        return PlainValue(stored: stored, shape: try typeShape(value))
    }

    /// Makes the value of its elements in f32, where it is of another type.
    mutating func storeResult(_ result: PlainValue, of value: ValueID, _ site: Site) throws(LoweringError) {
        if graph[value].type.elementType == .f32 { return }
        try emitConversion(result, to: try makeOutput(value), site)
    }

    private mutating func emitConversion(
        _ source: PlainValue, to destination: Stored, _ site: Site
    ) throws(LoweringError) {
        let program = MapProgram(converting: source.stored.elementType, to: destination.elementType)
        try emitMap(
            program, [source.count], from: [StridedOperand(source.stored, strides: [1])],
            to: StridedOperand(destination, strides: [1]), site)
    }

    /// Room for a result of the site's node without a batch: for the sum over the samples, to which the body adds; or, where the
    /// graph isn't cut, for what its one sample has.
    ///
    /// - Parameter isCleared: whether the instruction adds to it in any case, so that it must be zero.
    mutating func makePlainSum(
        _ value: ValueID, _ site: Site, isCleared: Bool = false
    ) throws(LoweringError) -> PlainValue {
        let shape = try typeShape(value)
        let count = shape.reduce(1, *)
        guard site.isSum(value) else {
            // What the caller gave is written and never read.
            let result = try makePlainResult(value, isOutput: !isCleared)
            if isCleared { try emitFill(result.stored, count: count, with: 0, site) }
            return result
        }
        // Some instructions add whole vectors.
        let sum = makeReduction(value, elements: count.roundedUp(to: lanes), form: .copy(count: count))
        var layout = packedLayout(value, try sampleShape(value))
        layout.sampleStride = 0
        return PlainValue(stored: Stored(place: .fixed(sum), layout: layout), shape: shape)
    }
}

extension Site {
    /// Whether the result is a sum over samples: it has no batch, and an operand has.
    func isSum(_ result: ValueID) -> Bool { !isDynamic(result) && operands.contains { isDynamic($0) } }
}
