/// Which bytes an instruction may touch of one of its operands.
package struct OperandExtent: Sendable, Equatable {
    package enum Access: Sendable {
        case read, write, update
        /// Room to compute in: written and read, with nothing in it before or after.
        case scratch
    }

    /// As in the instruction's documentation.
    package var name: String
    /// Bytes from the operand's address; below zero where a stride goes backwards.
    package var bytes: Range<Int>
    package var access: Access
    /// Whether the operand may be left out.
    package var isOptional: Bool
    /// Bytes of an element: the operand's offset is a multiple of it.
    package var elementBytes: Int

    /// Bytes beyond it, up or down, are as good as infinite: no arena is so large, and sums of a few such numbers don't overflow.
    package static let limit = 1 << 53

    package init(
        _ name: String, _ access: Access, bytes: Range<Int>, elementBytes: Int = 4, isOptional: Bool = false
    ) {
        self.name = name
        self.bytes = max(bytes.lowerBound, -Self.limit)..<max(-Self.limit, min(bytes.upperBound, Self.limit))
        self.access = access
        self.isOptional = isOptional
        self.elementBytes = elementBytes
    }

    /// So many elements from the operand's address on.
    package init(
        _ name: String, _ access: Access, elements: Int, of elementBytes: Int = 4, isOptional: Bool = false
    ) {
        self.init(
            name, access, bytes: 0..<product(elements, elementBytes), elementBytes: elementBytes,
            isOptional: isOptional)
    }

    /// So many elements of each sample, with samples `stride` elements apart.
    package init(
        _ name: String, _ access: Access, elements: Int, every stride: Int, samples: Int, of elementBytes: Int = 4,
        isOptional: Bool = false
    ) {
        self.init(
            name, access, elements: product(samples - 1, stride) + elements, of: elementBytes, isOptional: isOptional)
    }

    /// The image of each sample, border included.
    package init(
        _ name: String, _ access: Access, _ image: CheckedImage, of elementBytes: Int = 4, samples: Int,
        isOptional: Bool = false
    ) {
        self.init(
            name, access, elements: image.sampleElements, every: image.sampleStride, samples: samples,
            of: elementBytes, isOptional: isOptional)
    }

    /// The ``RunArguments``.
    package static var arguments: OperandExtent {
        OperandExtent("arguments", .read, bytes: 0..<MemoryLayout<RunArguments>.size)
    }
}
