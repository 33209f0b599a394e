import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// The value as indices of 4 or 8 bytes. Those that are known now are constants of 4.
    mutating func indexValue(_ value: ValueID) throws(LoweringError) -> PlainValue {
        if let literal = literals[value] {
            return indices(literal.map { Int32(clamping: Int($0)) }, dimensions: try dimensions(of: value))
        }
        let source = try plainValue(value)
        if source.type == .int32 || source.type == .int64 { return source }
        let label = "\(graph[value].name) as i64"
        var wide = source
        wide.type = .int64
        wide.sampleStride = source.count
        wide.place = addBuffer(label, sampleBytes: source.count * StoredType.int64.bytes)
        convert(source, to: wide, label: label)
        return wide
    }

    /// Constant indices, the same for all samples.
    mutating func indices(_ indices: [Int32], dimensions: [Int]) -> PlainValue {
        let place = addConstant(indices.map { Float(bitPattern: UInt32(bitPattern: $0)) })
        return PlainValue(place: .fixed(place), dimensions: dimensions, sampleStride: 0, type: .int32)
    }
}

extension Site {
    /// The number of an axis of `value` from the front.
    ///
    /// - Throws: where it is that of the samples.
    func axis(_ axis: Int, of value: ValueID) throws(LoweringError) -> Int {
        let type = type(value)
        let axis = axis < 0 ? axis + type.rank : axis
        guard axis > 0 || !type.isBatched else {
            throw unsupported("works along the samples, which are computed one by one")
        }
        return axis
    }
}

extension IndexParameters {
    /// Fills in what the operands say of themselves.
    mutating func take(indexed: PlainValue, indices: PlainValue, plain: PlainValue) {
        type = UInt8(indexed.type.rawValue)
        indexBytes = UInt8(indices.type.bytes)
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
