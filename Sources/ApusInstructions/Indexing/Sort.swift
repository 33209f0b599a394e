extension Opcode {
    /// `source, values?, indices?, scratch` · ``SortParameters``
    package static let sort = Opcode(rawValue: 151)
}

/// **sort** orders each line along the axis of `[outer, axis, inner]`, and stores the first `kept` of it as
/// `[outer, kept, inner]`: the elements, and their indices along the axis as `Int64`. Equal elements stay in their order; one
/// that is not a number counts as greater than all others, and −0 as 0.
///
/// The scratch holds two entries of 16 bytes for each element of a line. O(n log n) for a line of n elements, O(n · kept) at
/// most where 64 or fewer are kept.
package struct SortParameters: Sendable, BitwiseCopyable {
    package var outer: Int32
    package var axis: Int32
    package var inner: Int32
    /// How many elements of each line are stored, 1 to `axis`: top-k where it is less.
    package var kept: Int32
    package var sourceSampleStride: Int32
    package var valueSampleStride: Int32
    package var indexSampleStride: Int32
    /// A ``StoredType``, but not f64 or u64.
    package var type: UInt8 = 0
    /// The largest first.
    package var isDescending: UInt8 = 0
    /// 0: the elements that are kept are stored in the order in which they stand in the source.
    package var isOrdered: UInt8 = 1
    package var unused: UInt8 = 0

    package init(
        outer: Int, axis: Int, inner: Int, kept: Int, sourceSampleStride: Int, valueSampleStride: Int,
        indexSampleStride: Int
    ) {
        self.outer = Int32(outer)
        self.axis = Int32(axis)
        self.inner = Int32(inner)
        self.kept = Int32(kept)
        self.sourceSampleStride = Int32(sourceSampleStride)
        self.valueSampleStride = Int32(valueSampleStride)
        self.indexSampleStride = Int32(indexSampleStride)
    }

    package var scratchBytes: Int { 32 * Int(axis) }
}

/// The definition of **sort**.
package struct SortInstruction: InstructionDefinition {
    package static var opcode: Opcode { .sort }
    package static var name: String { "sort" }

    private let fields: SortParameters
    private let type: StoredType

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        fields = try parameters.load(SortParameters.self)
        type = try StoredType(field: fields.type, "the type")
        guard type != .float64, type != .uint64 else {
            throw ParameterError("sort doesn't order elements of type \(type)")
        }
        try checkExtents(
            EightDimensions(innermost: [Int(fields.outer), Int(fields.axis), Int(fields.inner)], padding: 1),
            "extent")
        try check(fields.kept, in: min(1, fields.axis)...fields.axis, "the number of kept elements")
        try checkFlag(fields.isDescending, "isDescending")
        try checkFlag(fields.isOrdered, "isOrdered")
        try check(Int32(fields.unused), in: 0...0, "a byte that is not used")
    }

    /// Insertion among 64 takes no fewer than merging 2^31.
    package func steps(samples: Int) -> Int? {
        turns(samples, Int(fields.outer), Int(fields.inner), Int(fields.axis), 64)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let lines = Int(fields.outer) * Int(fields.inner)
        func extent(_ name: String, _ length: Int32, _ bytes: Int, every stride: Int32, _ access: OperandExtent.Access)
            -> OperandExtent
        {
            OperandExtent(
                name, access,
                bytes: OperandReach(elements: lines * Int(length)).bytes(
                    elementBytes: bytes, samples: samples, sampleStride: Int(stride)), elementBytes: bytes,
                isOptional: access == .write)
        }
        return [
            extent("source", fields.axis, type.bytes, every: fields.sourceSampleStride, .read),
            extent("values", fields.kept, type.bytes, every: fields.valueSampleStride, .write),
            extent("indices", fields.kept, 8, every: fields.indexSampleStride, .write),
            OperandExtent("scratch", .scratch, bytes: 0..<fields.scratchBytes, elementBytes: 8),
        ]
    }
}
