import ApusGraph
import ApusInstructions
import ApusPlan

/// A value of the body as row-major elements.
struct RowMajorOperand {
    var place: Place
    var type: StoredType
    /// The shape of a sample.
    var shape: [Int]
    /// Elements from a sample to the next; 0 where all samples have the same.
    var sampleStride: Int

    init(place: Place, type: StoredType, shape: [Int], sampleStride: Int) {
        self.place = place
        self.type = type
        self.shape = shape
        self.sampleStride = sampleStride
    }

    init(_ stored: Stored, shape: [Int]) {
        self.init(
            place: stored.place, type: StoredType(stored.elementType), shape: shape,
            sampleStride: Int(stored.layout.sampleStride) * stored.imageCount)
    }

    var elements: Int { shape.reduce(1, *) }
}

extension Site {
    /// The dimension of a sample that an axis of the value's type is.
    ///
    /// - Throws: where the axis is that of the samples.
    func sampleAxis(_ axis: Int, of value: ValueID, shape: [Int]) throws(LoweringError) -> Int {
        let rank = type(value).rank
        let place = (axis < 0 ? axis + rank : axis) - (rank - shape.count)
        guard place >= 0 else { throw unsupported("works along the samples, which are computed one by one") }
        return place
    }
}

extension Lowering {
    /// The value in row-major order, whether it has a part for each sample or is the same for all.
    mutating func rowMajorOperand(_ value: ValueID) throws(LoweringError) -> RowMajorOperand {
        let shape = try sampleShape(value)
        if context.samples.isDynamic(value) { return RowMajorOperand(try readableOperand(value), shape: shape) }
        return RowMajorOperand(
            place: .fixed(try sharedOperand(value)), type: .float32, shape: shape, sampleStride: 0)
    }

    /// The value as indices of 4 or 8 bytes. Those that are known now are constants of 4.
    mutating func indexOperand(_ value: ValueID) throws(LoweringError) -> RowMajorOperand {
        if let literal = literals[value] {
            return RowMajorOperand(
                place: .fixed(addIndices(literal.whole.map { Int32(clamping: $0) })), type: .int32,
                shape: try sampleShape(value), sampleStride: 0)
        }
        let source = try rowMajorOperand(value)
        if source.type == .int32 || source.type == .int64 { return source }
        var wide = source
        wide.type = .int64
        wide.sampleStride = source.elements
        wide.place = addBuffer(
            "\(graph[value].name) as i64", sampleBytes: source.elements * StoredType.int64.bytes)
        emitMap(
            [], computeType: .int64, sources: [source], destination: wide, label: "\(graph[value].name) as i64")
        return wide
    }

    /// Adds indices to the constants.
    mutating func addIndices(_ indices: [Int32]) -> Operand {
        addConstant(indices.map { Float(bitPattern: UInt32(bitPattern: $0)) })
    }

    /// Appends a program for each element of operands of one shape.
    mutating func emitMap(
        _ steps: [MapStep], computeType: ComputeType, sources: [RowMajorOperand], destination: RowMajorOperand,
        label: String
    ) {
        func operand(_ operand: RowMajorOperand) -> MapOperand {
            MapOperand(type: operand.type, strides: (0, 0, 0, 0, 0, 0, 0, 1), sampleStride: operand.sampleStride)
        }
        var parameters = MapParameters(
            extents: (1, 1, 1, 1, 1, 1, 1, Int32(destination.elements)), computeType: computeType,
            sourceCount: sources.count, stepCount: steps.count, destination: operand(destination))
        if let source = sources.first { parameters.sources.0 = operand(source) }
        body.append(
            PendingInstruction(
                opcode: .map, operands: sources.map(\.place) + [destination.place],
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: label, multiplyAdds: 0))
    }

    /// Sets all elements of a value to zero, so that they can be added to.
    mutating func clear(_ result: RowMajorOperand, label: String) {
        emitMap(
            [MapStep(constant: 0, result: 0)], computeType: .float32, sources: [], destination: result, label: label)
    }
}

extension IndexParameters {
    /// Fills in what the operands say of themselves.
    mutating func take(indexed: RowMajorOperand, indices: RowMajorOperand, plainSampleStride: Int) {
        type = UInt8(indexed.type.rawValue)
        indexBytes = UInt8(indices.type.bytes)
        indexedSampleStride = Int32(indexed.sampleStride)
        indexSampleStride = Int32(indices.sampleStride)
        self.plainSampleStride = Int32(plainSampleStride)
    }

    /// Slices along dimension `axis` of an operand of `shape`.
    static func slices(shape: [Int], axis: Int, count: Int) -> IndexParameters {
        .slices(
            outer: shape[..<axis].reduce(1, *), axis: shape[axis], inner: shape[(axis + 1)...].reduce(1, *),
            count: count)
    }
}
