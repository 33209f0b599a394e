extension Opcode {
    /// `source, indices, destination` · ``IndexParameters``
    package static let gather = Opcode(rawValue: 147)
}

/// How **gather** and **scatter** go through positions: eight nested loops, at each of which `depth` indices, side by side,
/// say a place in the indexed operand. For position `p`:
///
///     place(p) = Σ_d p_d · strides[d] + Σ_j index_j(p) · indexedStrides[j]
///     index_j(p) = indices[Σ_d p_d · indexStrides[d] + j]
///
/// **gather** copies `run` elements, `destination[(number of p) · run + i] = source[place(p) + i]`: with one index a position
/// it takes slices or elements along an axis, with several it is ONNX's GatherND. **scatter** goes the other way.
///
/// A negative index counts from the end of its extent. Any index is safe: **gather** takes the nearest that there is,
/// **scatter** leaves the position out, or takes the nearest too. Strides count elements; those of the indexed operand aren't negative.
package struct IndexParameters: Sendable, BitwiseCopyable {
    package var extents: EightDimensions
    package var strides: EightDimensions
    package var indexStrides: EightDimensions
    package var indexedExtents: EightDimensions
    package var indexedStrides: EightDimensions
    /// Indices of a position, 1 to 8: the first places of `indexedExtents` and `indexedStrides`.
    package var depth: Int32
    /// Elements side by side that are moved for each position.
    package var run: Int32
    /// From sample to sample: of the operand that is indexed (0 for a table), of the indices, of the other operand.
    package var indexedSampleStride: Int32 = 0
    package var indexSampleStride: Int32 = 0
    package var plainSampleStride: Int32 = 0
    /// A ``StoredType``: of gather's elements only the size counts.
    package var type: UInt8 = 0
    /// 4 or 8: `Int32` or `Int64`.
    package var indexBytes: UInt8 = 8
    /// A ``ScatterOperation``; 0 for gather.
    package var operation: UInt8 = 0
    /// Whether **scatter** takes the nearest place for an index that is out of range, 0 or 1; 0 for gather.
    package var takesNearest: UInt8 = 0

    package init(
        extents: [Int], strides: [Int], indexStrides: [Int], indexedExtents: [Int], indexedStrides: [Int], run: Int
    ) {
        self.extents = EightDimensions(innermost: extents, padding: 1)
        self.strides = EightDimensions(innermost: strides, padding: 0)
        self.indexStrides = EightDimensions(innermost: indexStrides, padding: 0)
        depth = Int32(indexedExtents.count)
        self.run = Int32(run)
        self.indexedExtents = EightDimensions { $0 < indexedExtents.count ? Int32(indexedExtents[$0]) : 1 }
        self.indexedStrides = EightDimensions { $0 < indexedStrides.count ? Int32(indexedStrides[$0]) : 0 }
    }

    /// Slices along one axis of `[outer, axis, inner]`, at `count` indices.
    package static func slices(outer: Int, axis: Int, inner: Int, count: Int) -> IndexParameters {
        IndexParameters(
            extents: [outer, count], strides: [axis * inner, 0], indexStrides: [0, 1], indexedExtents: [axis],
            indexedStrides: [inner], run: inner)
    }

    /// Elements along dimension `axis` of an operand of `shape`, at indices of shape `indexShape`.
    package static func elements(shape: [Int], axis: Int, indexShape: [Int]) -> IndexParameters {
        let strides = rowMajorStrides(shape)
        var fixed = strides
        fixed[axis] = 0
        return IndexParameters(
            extents: indexShape, strides: fixed, indexStrides: rowMajorStrides(indexShape),
            indexedExtents: [shape[axis]], indexedStrides: [strides[axis]], run: 1)
    }

    /// `count` tuples for each of `batch` parts, into the first dimensions after the batch's of `[batch] + indexed + [run]`.
    package static func tuples(batch: Int, indexed: [Int], run: Int, count: Int) -> IndexParameters {
        let strides = rowMajorStrides(indexed + [run])
        return IndexParameters(
            extents: [batch, count], strides: [indexed.reduce(run, *), 0],
            indexStrides: [count * indexed.count, indexed.count], indexedExtents: indexed,
            indexedStrides: Array(strides.dropLast()), run: run)
    }

    private static func rowMajorStrides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for dimension in stride(from: shape.count - 2, through: 0, by: -1) {
            strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
        }
        return strides
    }
}

/// ``IndexParameters``, checked, and what they span.
struct CheckedIndexing {
    let parameters: IndexParameters
    let type: StoredType
    private let indexed: OperandReach
    private let indices: OperandReach
    private let plain: OperandReach

    init(_ fields: IndexParameters) throws(ParameterError) {
        parameters = fields
        type = try StoredType(field: fields.type, "the type")
        try check(fields.depth, in: 1...8, "the depth")
        try check(fields.run, in: 0...Int32.max, "the run")
        try checkFlag(fields.takesNearest, "takesNearest")
        guard fields.indexBytes == 4 || fields.indexBytes == 8 else {
            throw ParameterError("an index has \(fields.indexBytes) bytes, neither 4 nor 8")
        }
        try checkExtents(fields.extents, "extent")
        try checkExtents(fields.indexedExtents, "indexed extent")
        var indexed = OperandReach("indexed operand")
        var indices = OperandReach("indices")
        var plain = OperandReach("plain operand")
        try indices.extend(fields.extents, strides: fields.indexStrides)
        try indices.extend(Int(fields.depth), stride: 1)
        try plain.extend(fields.extents.product, stride: Int(fields.run))
        try plain.extend(Int(fields.run), stride: 1)
        for dimension in fields.extents.indices {
            guard fields.strides[dimension] >= 0, fields.indexedStrides[dimension] >= 0 else {
                throw ParameterError("a stride of the indexed operand is negative")
            }
            try indexed.extend(Int(fields.extents[dimension]), stride: Int(fields.strides[dimension]))
        }
        for dimension in 0..<Int(fields.depth) {
            try indexed.extend(
                Int(fields.indexedExtents[dimension]), stride: Int(fields.indexedStrides[dimension]))
        }
        try indexed.extend(Int(fields.run), stride: 1)
        self.indexed = indexed
        self.indices = indices
        self.plain = plain
    }

    /// Whether there is nothing to index: a gather has nothing to take then.
    var isIndexedEmpty: Bool {
        for dimension in 0..<Int(parameters.depth) where parameters.indexedExtents[dimension] == 0 { return true }
        return false
    }

    /// The indices of each position, and what is moved for it.
    func steps(samples: Int) -> Int {
        turns(samples, parameters.extents.turns, Int(parameters.depth) + Int(parameters.run))
    }

    /// Whether there is no position, or nothing is moved.
    var isEmpty: Bool { plain.isEmpty }

    func indexedBytes(samples: Int) -> Range<Int> {
        isEmpty
            ? 0..<0
            : indexed.bytes(
                elementBytes: type.bytes, samples: samples, sampleStride: Int(parameters.indexedSampleStride))
    }
    func indexBytes(samples: Int) -> Range<Int> {
        indices.bytes(
            elementBytes: Int(parameters.indexBytes), samples: samples,
            sampleStride: Int(parameters.indexSampleStride))
    }
    func plainBytes(samples: Int) -> Range<Int> {
        plain.bytes(
            elementBytes: type.bytes, samples: samples, sampleStride: Int(parameters.plainSampleStride))
    }
}

/// The definition of **gather**.
package struct GatherInstruction: InstructionDefinition {
    package static var opcode: Opcode { .gather }
    package static var name: String { "gather" }

    private let indexing: CheckedIndexing

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        indexing = try CheckedIndexing(try parameters.load(IndexParameters.self))
        try check(Int32(indexing.parameters.operation), in: 0...0, "gather's operation")
        try check(Int32(indexing.parameters.takesNearest), in: 0...0, "gather's takesNearest")
        guard indexing.isEmpty || !indexing.isIndexedEmpty else {
            throw ParameterError("there are indices, but an indexed extent is 0: nothing can be gathered")
        }
    }

    package func steps(samples: Int) -> Int? { indexing.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent(
                "source", .read, bytes: indexing.indexedBytes(samples: samples), elementBytes: indexing.type.bytes),
            OperandExtent(
                "indices", .read, bytes: indexing.indexBytes(samples: samples),
                elementBytes: Int(indexing.parameters.indexBytes)),
            OperandExtent(
                "destination", .write, bytes: indexing.plainBytes(samples: samples), elementBytes: indexing.type.bytes),
        ]
    }
}
