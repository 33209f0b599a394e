/// A row-major operand `[outer, axis, inner]` in each sample, and what an instruction does along its axis.
package struct AxisParameters: Sendable, BitwiseCopyable {
    package var outer: Int32
    package var axis: Int32
    package var inner: Int32
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    /// An ``ArgReduceOperation`` or a ``ScanOperation``.
    package var operation: UInt8
    /// A ``StoredType``: the source's. Of a scan it is the destination's as well.
    package var type: UInt8 = 0
    /// **argReduce**: of equal elements the last, not the first. **scan**: from the end.
    package var isBackward: UInt8 = 0
    /// **argReduce**: bytes of a result, 4 or 8. **scan**: whether an element isn't part of its own result, 0 or 1.
    package var option: UInt8

    package init(
        outer: Int, axis: Int, inner: Int, sourceSampleStride: Int, destinationSampleStride: Int, operation: UInt8,
        option: UInt8
    ) {
        self.outer = Int32(outer)
        self.axis = Int32(axis)
        self.inner = Int32(inner)
        self.sourceSampleStride = Int32(sourceSampleStride)
        self.destinationSampleStride = Int32(destinationSampleStride)
        self.operation = operation
        self.option = option
    }
}

/// ``AxisParameters``, checked as far as all instructions along an axis ask for the same.
struct CheckedAxis {
    let parameters: AxisParameters
    let type: StoredType
    private let elements: Int

    init(_ fields: AxisParameters) throws(ParameterError) {
        parameters = fields
        type = try StoredType(field: fields.type, "the type")
        let extents = EightDimensions(
            innermost: [Int(fields.outer), Int(fields.axis), Int(fields.inner)], padding: 1)
        try checkExtents(extents, "extent")
        elements = extents.product
        try checkFlag(fields.isBackward, "isBackward")
    }

    /// Elements of a sample without the axis.
    var lines: Int { Int(parameters.outer) * Int(parameters.inner) }

    func steps(samples: Int) -> Int {
        turns(samples, Int(parameters.outer), Int(parameters.axis), Int(parameters.inner))
    }

    /// A plain operand of `elements` elements in each sample.
    func extent(
        _ name: String, elements: Int, elementBytes: Int, samples: Int, every stride: Int32,
        access: OperandExtent.Access
    ) -> OperandExtent {
        OperandExtent(
            name, access,
            bytes: OperandReach(elements: elements).bytes(
                elementBytes: elementBytes, samples: samples, sampleStride: Int(stride)), elementBytes: elementBytes)
    }

    func source(samples: Int) -> OperandExtent {
        extent(
            "source", elements: elements, elementBytes: type.bytes, samples: samples,
            every: parameters.sourceSampleStride, access: .read)
    }
}
