extension Opcode {
    /// `source, destination` · ``CopyParameters``
    package static let copy = Opcode(rawValue: 129)
}

/// `destination[i] = source[i]` for every `i` of eight nested loops: elements of 1, 2, 4 or 8 bytes, whatever they mean.
///
/// Strides are counted in elements, and may be zero in the source and negative in both: transposes, slices with steps, flips,
/// repetitions, the parts of a concatenation, and the inside of a padded value. What a padding with a constant leaves is filled
/// before by a `map` with a constant; reflected and repeated edges are copies of their own. Source and destination do
/// not overlap.
package struct CopyParameters: Sendable, BitwiseCopyable {
    package var extents: Eight
    package var elementBytes: Int32
    package var sourceSampleStride: Int32
    package var destinationSampleStride: Int32
    package var sourceStrides: Eight
    package var destinationStrides: Eight

    package init(extents: Eight, elementBytes: Int, sourceStrides: Eight, destinationStrides: Eight) {
        self.extents = extents
        self.elementBytes = Int32(elementBytes)
        self.sourceStrides = sourceStrides
        self.destinationStrides = destinationStrides
        sourceSampleStride = 0
        destinationSampleStride = 0
    }
}

/// A strided copy.
package struct CopyInstruction: InstructionDefinition {
    package static let opcode = Opcode.copy
    package static let name = "copy"

    private let source: ClosedRange<Int>
    private let destination: ClosedRange<Int>
    private let sourceSampleStride: Int
    private let destinationSampleStride: Int
    private let elementBytes: Int
    private let isEmpty: Bool
    private let copy: CopyParameters

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        copy = try parameters.load(CopyParameters.self)
        guard [1, 2, 4, 8].contains(copy.elementBytes) else {
            throw ParameterError("elements are \(copy.elementBytes) bytes, not 1, 2, 4 or 8")
        }
        let loops = try CheckedStrides(copy.extents)
        try loops.requireApart(copy.destinationStrides, "destination")
        source = try loops.reach(copy.sourceStrides, "source")
        destination = try loops.reach(copy.destinationStrides, "destination")
        sourceSampleStride = Int(copy.sourceSampleStride)
        destinationSampleStride = Int(copy.destinationSampleStride)
        elementBytes = Int(copy.elementBytes)
        isEmpty = loops.elements == 0
    }

    package func operands(samples: Int) -> [OperandExtent] {
        func extent(
            _ name: String, _ access: OperandExtent.Access, _ reach: ClosedRange<Int>, _ stride: Int
        ) -> OperandExtent {
            OperandExtent(
                name, access,
                bytes: bytes(of: reach, every: stride, samples: samples, elementBytes: elementBytes, isEmpty: isEmpty),
                elementBytes: elementBytes, isOptional: false)
        }
        return [
            extent("source", .read, source, sourceSampleStride),
            extent("destination", .write, destination, destinationSampleStride),
        ]
    }

    package var partitions: [Partition] {
        let whole = copy
        guard let loops = LoopPartition(array(whole.extents).map { Int($0) }) else { return [] }
        let strides = [whole.sourceStrides, whole.destinationStrides].map {
            elementBytes * Int(array($0)[loops.loop])
        }
        let partition = loops.partition(strideBytes: strides) { iterations in
            var part = whole
            part.extents = replacing(loops.loop, of: whole.extents, with: iterations)
            return ParameterBytes(part).bytes
        }
        return [partition]
    }
}
