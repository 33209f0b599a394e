/// Six nested loops over plain (unblocked) memory, outermost first: unused ones have extent 1.
///
/// `destination[i] = first[i] ∘ second[i]`, where each operand has its own strides; a stride of 0 repeats an element. `operation` is
/// one of ``ElementwiseStep/Operation``'s two-operand cases. Samples are the outermost loop, apart from the six. The destination may
/// be one of the others, with the same strides.
package struct BroadcastParameters: Sendable, Equatable, BitwiseCopyable {
    package typealias Six = (Int32, Int32, Int32, Int32, Int32, Int32)
    package var operation: Int32
    package var extents: Six = (1, 1, 1, 1, 1, 1)
    package var firstStrides: Six = (0, 0, 0, 0, 0, 0)
    package var secondStrides: Six = (0, 0, 0, 0, 0, 0)
    package var destinationStrides: Six = (0, 0, 0, 0, 0, 0)
    package var firstSampleStride: Int32 = 0
    package var secondSampleStride: Int32 = 0
    package var destinationSampleStride: Int32 = 0
    package init(operation: ElementwiseStep.Operation) { self.operation = operation.rawValue }

    package static func == (left: Self, right: Self) -> Bool {
        left.operation == right.operation && left.extents == right.extents
            && left.firstStrides == right.firstStrides && left.secondStrides == right.secondStrides
            && left.destinationStrides == right.destinationStrides
            && left.firstSampleStride == right.firstSampleStride
            && left.secondSampleStride == right.secondSampleStride
            && left.destinationSampleStride == right.destinationSampleStride
    }
}
